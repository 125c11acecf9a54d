"""What a person says against the answer of another administration's register."""

from datetime import datetime

from shared.events.declaring import event


@event(case="claim_id")
class RegisterAnswerDisputed:
    """A person says that what a register of another administration answered for their claim is wrong; an agent decides
    it, and notifications confirms it to the person."""

    check_id: str
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    disputed_at: datetime


@event(case="claim_id")
class RegisterAnswerDecided:
    """An agent decided by a paper what counts of a register's answer: the answer itself (`is_confirmed`), or something
    else; notifications informs the person."""

    check_id: str
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    is_confirmed: bool
    decided_at: datetime
