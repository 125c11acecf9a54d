"""Where documents keeps what it knows of the fund's register."""

from services.documents.register.employer import Employer
from services.documents.register.person import Person
from services.documents.register.rules import EmployerUnknown, PersonUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW

persons = Repository(
    "persons",
    Person,
    key="person_ref",
    missing=PersonUnknown,
    retention=BY_LAW,
    received_encrypted={"civil": DataClass.CIVIL},
    associated_data="person_ref",
)
employers = Repository("employers", Employer, key="employer_id", missing=EmployerUnknown, retention=BY_LAW)
