"""Where employers are kept."""

from services.payments.employers.employer import Employer
from shared.kernel.errors import Missing
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW


class EmployerUnknown(Missing):
    code = "employer.unknown"


employers = Repository("employers", Employer, key="employer_id", missing=EmployerUnknown, retention=BY_LAW)
