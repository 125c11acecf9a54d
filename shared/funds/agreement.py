"""What does not fit together between the files of a fund. What is wrong within one is refused with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.funds.benefits import ClaimType
from shared.funds.bindings import USUAL
from shared.funds.fund import Sections
from shared.funds.roles import USUAL_ROLES


def disagreements(
    sections: Sections, *, claim_types: Mapping[str, ClaimType], layouts: Collection[str], languages: Sequence[str]
) -> Iterator[str]:
    """Each as `file: place: what`, of what could be read: a section is None, and a benefit not there, of whose file
    nothing could be; `layouts` are the names of all pages."""
    yield from _roles(sections)
    for name, paper in sections.papers.types.items() if sections.papers else ():
        for language in paper.languages:
            if languages and language not in languages:
                yield f"papers.yaml: types.{name}.languages: {language} is no language of the fund"
    yield from _registers(sections, claim_types)
    for name, form in sections.declarations.forms.items() if sections.declarations else ():
        for layout in (*form.layouts, *([form.prefilled] if form.prefilled else [])):
            if layout not in layouts:
                yield f"declarations.yaml: forms.{name}.layouts: {layout} is no page of the folder layouts"


def _roles(sections: Sections) -> Iterator[str]:
    """Roles without a name of their own, of which the platform has none either."""
    roles = sections.roles or USUAL_ROLES
    for kind, own, usual in (
        ("staff", roles.staff, USUAL_ROLES.staff),
        ("employers", roles.employers, USUAL_ROLES.employers),
    ):
        for code, role in own.items():
            if not role.names and code not in usual:
                yield f"roles.yaml: {kind}.{code}.names: is missing: the platform has no name for it"


def _registers(sections: Sections, claim_types: Mapping[str, ClaimType]) -> Iterator[str]:
    """What a benefit asks that no agreement with a register allows."""
    allowed = (sections.bindings or USUAL).registers
    for code, definition in claim_types.items():
        for each in definition.registers:
            if each.register not in allowed or each.field not in allowed[each.register].may_ask:
                refused = f"bindings.yaml allows no question {each.field} to {each.register}"
                yield f"benefits/{code}.yaml: registers: {refused}"
