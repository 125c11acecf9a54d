"""Which declaration is in force for an employer, a form and a period, and what is added to it. Pure."""

from dataclasses import replace

from services.payments.declarations.declaration import CurrentDeclaration, Declaration, is_other
from shared.kernel.outcome import Outcome


def stand(accepted: Declaration, *, before: CurrentDeclaration | None) -> Outcome[CurrentDeclaration]:
    """The accepted declaration is the one in force for its establishment and period, or is added to it."""
    current = CurrentDeclaration(
        slot=slot(accepted, establishment=accepted.establishment),
        declaration_id=accepted.declaration_id,
        revision=accepted.revision,
        complements=before.complements if before else (),
        version=before.version if before else 0,
    )
    if accepted.is_complement and before is not None:
        numbered = dict(enumerate(before.complements, start=1))
        numbered[accepted.complement] = accepted.declaration_id
        added = tuple(numbered[number] for number in sorted(numbered))
        current = replace(current, declaration_id=before.declaration_id, complements=added)
    return Outcome(current)


def number_of(declaration: Declaration, *, before: CurrentDeclaration | None) -> int:
    """Which of its period's complementary declarations it is, from 1; 0 of any other."""
    if not declaration.is_complement:
        return 0
    return declaration.complement or (len(before.complements) if before else 0) + 1


def replaced_by(declaration: Declaration, *, before: CurrentDeclaration | None) -> str | None:
    """What it takes the place of: the declaration in force, or the complementary one of its number."""
    if before is None:
        return None
    if not declaration.is_complement:
        return before.declaration_id
    number = number_of(declaration, before=before)
    return before.complements[number - 1] if number <= len(before.complements) else None


def slot(declaration: Declaration, *, establishment: str) -> str:
    """What one declaration at a time is in force for. The main establishment, all zeros, is the employer itself."""
    return slot_of(
        declaration.employer_id, form=declaration.form, period=declaration.period, establishment=establishment
    )


def slot_of(employer_id: str, *, form: str, period: str, establishment: str = "") -> str:
    """The same before there is a declaration."""
    owner = f"{employer_id}/{form}/{period}"
    return f"{owner}/{establishment}" if is_other(establishment) else owner
