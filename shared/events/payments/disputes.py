"""What employers dispute of what they owe."""

from datetime import datetime

from shared.events.declaring import event


@event(case="dispute_id")
class DisputeDecided:
    """The fund decided about what an employer disputed of a debt: `relieved_minor` of it was never owed, `upheld_minor`
    is owed after all; notifications informs the employer."""

    dispute_id: str
    reference: str
    employer_id: str
    form: str
    period: str
    disputed_minor: int
    relieved_minor: int
    upheld_minor: int
    currency: str
    decided_at: datetime
