"""What does not fit together between the files of a fund. What is wrong within one is refused with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.funds import facts
from shared.funds.benefits import ClaimType, Family
from shared.funds.bindings import USUAL
from shared.funds.declarations import DeclarationForm
from shared.funds.effects import EffectKind
from shared.funds.fund import Sections
from shared.funds.layouts import FileLayout
from shared.funds.roles import USUAL_ROLES


def disagreements(
    sections: Sections,
    *,
    claim_types: Mapping[str, ClaimType],
    benefits: Mapping[str, ClaimType | None],
    layouts: Mapping[str, FileLayout | None],
    languages: Sequence[str],
) -> Iterator[str]:
    """Each as `file: place: what`, of what could be read: a section is None, and a benefit not there, of whose file
    nothing could be; of `benefits` and `layouts`, which are all pages, those that could not be read whole are None."""
    yield from _roles(sections)
    for name, paper in sections.papers.types.items() if sections.papers else ():
        for language in paper.languages:
            if languages and language not in languages:
                yield f"papers.yaml: types.{name}.languages: {language} is no language of the fund"
    yield from _registers(sections, claim_types)
    for code, definition in claim_types.items():
        for wrong in (*_other_benefits(definition, claim_types, benefits), *_dependants(sections, definition)):
            yield f"benefits/{code}.yaml: {wrong}"
    for code, page in benefits.items():
        for wrong in (*_effect(page), *_covered(page, benefits.values())) if page else ():
            yield f"benefits/{code}.yaml: {wrong}"
    for name, form in sections.declarations.forms.items() if sections.declarations else ():
        for layout in (*form.layouts, *([form.prefilled] if form.prefilled else [])):
            if layout not in layouts:
                yield f"declarations.yaml: forms.{name}.layouts: {layout} is no page of the folder layouts"
        yield from _wages(form, name, {code: layouts[code] for code in form.layouts if code in layouts})


def _wages(form: DeclarationForm, name: str, layouts: Mapping[str, FileLayout | None]) -> Iterator[str]:
    """Layouts whose lines tell other wages than the form: what stands in no field would be declared by nobody, and
    what the form does not ask for would be read by nothing."""
    count = form.period.months // form.wage_kind.months
    wanted = {f"wage_{number}" for number in range(1, count + 1)} if count > 1 else {"wage"}
    for code, layout in layouts.items():
        for kind in layout.detail if layout else ():
            declared = {each for each in kind.names if each.partition("_")[0] == "wage"}
            if declared != wanted:
                of = f"a {form.wage_kind} of the {form.period}" if count > 1 else f"the {form.period}"
                fields = f"wage_1 to wage_{count}" if count > 1 else "wage"
                yield f"declarations.yaml: forms.{name}.layouts: {code}: the wage of {of} is told by {fields}"
                break


EFFECTS: Mapping[Family, tuple[EffectKind, ...]] = {
    Family.REIMBURSEMENT: (EffectKind.PAY_ONCE,),
    Family.COVERAGE: (EffectKind.COVER,),
    Family.ALLOWANCE: (EffectKind.PAY_PERIODICALLY, EffectKind.PAY_ONCE),
    Family.PENSION: (EffectKind.PAY_PERIODICALLY,),
    Family.GRANT: (EffectKind.PAY_ONCE, EffectKind.PAY_PERIODICALLY),
    Family.REQUEST: (EffectKind.TASK,),
}
"""What follows from a grant, by the family."""


def _effect(page: ClaimType) -> Iterator[str]:
    """What would be granted and never come: another effect than the family has, a payment of nothing."""
    if page.effect.kind not in EFFECTS[page.family]:
        may = " or ".join(EFFECTS[page.family])
        yield f"effect: of the family {page.family} it is {may}, and not {page.effect.kind}"
    elif page.family in (Family.ALLOWANCE, Family.PENSION, Family.GRANT) and not page.formula:
        yield "formula: is empty: nothing says what would be paid"


def _covered(page: ClaimType, pages: Collection[ClaimType | None]) -> Iterator[str]:
    """What a cover is for that is no act of the fund's care: no line of any bill would ever be borne by it. A fund that
    prices no care calls what its covers are for as it likes."""
    acts = {act for each in pages if each for act in each.acts}
    if not page.effect.cover or not acts or None in pages:
        return
    covered = {act for cover in page.effect.cover for act in cover.covers}
    if unknown := sorted(covered - acts):
        yield f"effect: cover: there is no act {', '.join(unknown)}; there are {', '.join(sorted(acts))}"


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


def _other_benefits(
    definition: ClaimType, claim_types: Mapping[str, ClaimType], benefits: Collection[str]
) -> Iterator[str]:
    """Facts of what was granted before that speak of no benefit of the fund, or of a question that it does not ask."""
    for place, name in dict.fromkeys(definition.named_facts()):
        read = facts.COVER.read(name) or facts.GRANTED_OF.read(name) or facts.GRANTED_DAYS_AGO.read(name)
        if read is None:
            continue
        claim_type, question = read["claim_type"], facts.question_of(name)
        if claim_type not in benefits:
            yield f"{place}: {name}: there is no benefit {claim_type}; there are {', '.join(sorted(benefits))}"
        asked = claim_types[claim_type].questions if claim_type in claim_types else None
        if question and asked is not None and question not in {each.code for each in asked}:
            yield f"{place}: {name}: {claim_type} asks no question {question}"


def _dependants(sections: Sections, definition: ClaimType) -> Iterator[str]:
    """What a dependant is compared with that nobody can be, by the fund's rules of who is covered."""
    rules = sections.entitlements.dependants if sections.entitlements else None
    if rules is None:
        return
    words = {
        "relation": {each.relation for each in rules},
        "condition": {facts.NOTHING_PROVED, *(each.condition for each in rules if each.condition)},
    }
    for place, test in definition.tests_of_facts():
        read = facts.DEPENDANT_WORD.read(test.fact or "")
        compared = {*(test.one_of or ()), *([test.equals] if test.equals is not None else [])}
        if read and (unknown := sorted(compared - words[read["field"]])):
            known = ", ".join(sorted(words[read["field"]]))
            yield f"{place}: {test.fact} is never {', '.join(unknown)}; it may be {known}"
    for place, name in dict.fromkeys(definition.named_facts()):
        yield from (f"{place}: {name}: {wrong}" for wrong in _counted(name, words))


def _counted(name: str, words: Mapping[str, set[str]]) -> Iterator[str]:
    """Dependants whom the fund covers nobody as: there would never be any."""
    of_deceased = facts.DECEASED.read(name)
    read = facts.DEPENDANTS.read(name if of_deceased is None else of_deceased["fact"])
    if read is None or read["relation"] == "count":
        return
    plurals = {facts.plural(relation) for relation in words["relation"]}
    if read["relation"] not in plurals:
        yield f"nobody is covered as such; there are {', '.join(sorted(plurals))}"
    elif read["condition"] is not None and read["condition"] not in words["condition"]:
        proved = ", ".join(sorted(words["condition"] - {facts.NOTHING_PROVED}))
        yield f"nothing of the kind is proved; it may be {proved}"
