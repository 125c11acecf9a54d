"""The endpoints of partners."""

from datetime import datetime

from shared.events.declaring import event


@event(case="endpoint_id")
class EndpointDisabled:
    """A partner's endpoint is called no more; the fund's operators speak with the partner."""

    endpoint_id: str
    partner: str
    reason: str
    disabled_at: datetime
