"""Where employers are kept."""

from services.payments.employers.employer import Employer
from shared.kernel.errors import Missing
from shared.storage.retention import BY_LAW
from shared.storage.shelf import Shelf


class EmployerUnknown(Missing):
    code = "employer.unknown"


employers = Shelf("employers", Employer, key="employer_id", missing=EmployerUnknown, retention=BY_LAW)
