"""Where what persons are asked to pay back is kept, one a reference."""

from services.payments.repayments.repayment import ExpectedRepayment
from services.payments.repayments.rules import RepaymentUnknown
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW

repayments = Repository("repayments", ExpectedRepayment, key="reference", missing=RepaymentUnknown, retention=BY_LAW)
