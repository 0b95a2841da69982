"""The JSON of a draft: the form as it is filled in, every value a text, and what the draft comes to for the whole city."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from chengban.packs.model import Identifier
from chengban.policies.simulating import Outcome, Simulation
from chengban.policies.writing import Mistake, Written, pruned
from chengban.portal.draft_fields import LONGEST, MOST_ROWS
from chengban.portal.draft_pages import DraftPage, Outlook

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST, pattern=r"^[^\x00]*$")]
Texts = Annotated[list[Text], Field(max_length=MOST_ROWS)]
Doubt = Annotated[str, StringConstraints(pattern=r"^[SK?]$")]

# What is written ------------------------------------------------------------------------------------------------------


class Form(Schema):
    """A part of the form. Numbers and dates are texts too, as they would be typed; a name that the form has not is refused."""

    model_config = ConfigDict(extra="forbid")


class CitationForm(Form):
    title: Text = ""
    article: Text = ""
    note: Text = ""


class HeadForm(Form):
    id: Text = ""
    name: Text = ""
    name_en: Text = ""
    level: Text = ""
    subject: Text = ""
    departments: Texts = []
    mode: Text = ""
    mode_note: Text = ""
    excludes: Texts = []
    best_of: Text = ""
    succeeds: Text = ""


class ParameterForm(Form):
    id: Text = ""
    name: Text = ""
    value: Text = ""
    unit: Text = ""
    citation: CitationForm = CitationForm()
    confidence: Doubt = "S"


class RuleForm(Form):
    when: Texts
    then: Text


class TableForm(Form):
    """A decision table; `when` has one test an input."""

    id: Identifier
    name: Text
    inputs: Texts
    rules: Annotated[list[RuleForm], Field(max_length=500)]
    citation: CitationForm
    confidence: Doubt = "S"


class ClauseForm(Form):
    id: Text = ""
    text: Text = ""
    text_en: Text = ""
    when: Text = ""
    citation: CitationForm = CitationForm()
    confidence: Doubt = "S"


class AmountForm(Form):
    kind: Text = ""
    formula: Text = ""
    unit: Text = ""
    text: Text = ""
    confidence: Doubt = "S"


class DeliveryForm(Form):
    period: Text = ""
    budget: Text = ""
    places: Text = ""
    order: Text = ""
    score: Text = ""
    notice_days: Text = ""
    citation: CitationForm = CitationForm()
    confidence: Doubt = "S"


class VersionForm(Form):
    version: Text = ""
    since: Text = ""
    until: Text = ""
    dates_confidence: Doubt = "S"
    confidence: Doubt = "S"
    note: Text = ""
    sources: Annotated[list[CitationForm], Field(max_length=MOST_ROWS)] = []
    parameters: Annotated[list[ParameterForm], Field(max_length=MOST_ROWS)] = []
    tables: Annotated[list[TableForm], Field(max_length=MOST_ROWS)] = []
    clauses: Annotated[list[ClauseForm], Field(max_length=MOST_ROWS)] = []
    amount: AmountForm = AmountForm()
    delivery: DeliveryForm = DeliveryForm()


class ExampleForm(Form):
    """A worked example; `facts` has one fact a line: 指标 = 值."""

    name: Text = ""
    on: Text = ""
    facts: Text = ""
    expect: Text = ""
    amount: Text = ""


class WrittenForm(Form):
    """The whole form, right or wrong. What is left out, or blank, is not filled in."""

    policy: HeadForm = HeadForm()
    version: VersionForm = VersionForm()
    examples: Annotated[list[ExampleForm], Field(max_length=MOST_ROWS)] = []

    def written(self) -> Written:
        """The form as drafts keep it: without what is blank."""
        kept: Written = pruned(self.model_dump(exclude_unset=True))
        return kept


class BeginIn(Schema):
    """`policy`: begin from what is in force of it; empty for a new one."""

    policy: Text = ""


class SaveIn(Schema):
    """`revision` is the one that the form was opened at."""

    revision: int
    written: WrittenForm


class WhyIn(Schema):
    reason: Text = ""


# What is answered -----------------------------------------------------------------------------------------------------


class DraftLine(Schema):
    """One edition of the list: where it stands, since when and by whom."""

    id: int
    policy: str
    version: str
    name: str
    step: str
    at: datetime
    by: str


class MistakeOut(Schema):
    """What is wrong, at which field (`version.clauses.0.when`), and where in it (from 1; 0: the whole field)."""

    field: str
    message: str
    line: int
    column: int


class DraftStepOut(Schema):
    step: str
    at: datetime
    by: str
    reason: str


class DraftOut(Schema):
    """One edition with everything that is wrong with it. `written` is a WrittenForm; `may_approve`: by the account that asks."""

    id: int
    policy: str
    version: str
    name: str
    revision: int
    step: str
    may_approve: bool
    written: dict[str, Any]
    mistakes: list[MistakeOut]
    steps: list[DraftStepOut]


class PublicationOut(Schema):
    """One line of the log of what is in force."""

    act: str
    policy: str
    version: str
    on: date
    reason: str


class GroupOut(Schema):
    """`code` null: not known of so many."""

    code: str | None
    name: str
    count: int


class OutcomeOut(Schema):
    """What one version comes to. `amount` is in yuan, as a string to stay exact; null where it pays none."""

    version: str
    eligible: int
    unknown: int
    near: int
    amount: str | None
    amount_unknown: int
    breakdown: dict[str, list[GroupOut]]


class ChangesOut(Schema):
    """The draft beside the version in force: how many gain, lose, stay and become unknown, and what it costs more."""

    gains: int
    loses: int
    stays: int
    becomes_unknown: int
    amount: str | None


class TrialOut(Schema):
    """What the kept draft comes to. `changes` and `in_force` are null where nothing is in force that it takes the place of."""

    on: date
    subjects: int
    draft: OutcomeOut
    in_force: OutcomeOut | None
    changes: ChangesOut | None
    budget: str | None
    over_budget: str | None


class OpeningOut(Schema):
    """The city's data are still being read; ask again."""

    percent: int


# How it is made -------------------------------------------------------------------------------------------------------


def draft_out(page: DraftPage) -> DraftOut:
    edition, made = page.edition, [mistake for _, mistake in page.summary]
    return DraftOut(
        id=edition.pk, policy=edition.policy, version=edition.version, name=edition.name, revision=edition.revision,
        step=page.step, may_approve=page.may_approve, written=edition.written,
        mistakes=[_mistake(one) for one in made],
        steps=[DraftStepOut(step=one.step.step, at=one.step.at, by=one.who, reason=one.step.reason) for one in page.history],
    )  # fmt: skip


def _mistake(one: Mistake) -> MistakeOut:
    return MistakeOut(field=one.field, message=one.message, line=one.line, column=one.column)


def trial_out(simulation: Simulation, outlook: Outlook) -> TrialOut:
    compared = outlook.is_compared
    return TrialOut(
        on=simulation.on, subjects=len(simulation.subjects), draft=_outcome(simulation.outcome),
        in_force=_outcome(simulation.in_force) if compared else None, changes=_changes(simulation) if compared else None,
        budget=_exact(outlook.budget), over_budget=_exact(outlook.over_budget),
    )  # fmt: skip


def _outcome(outcome: Outcome) -> OutcomeOut:
    matched = outcome.matched
    groups = {
        name: [GroupOut(code=one.code, name=one.name, count=one.count) for one in some] for name, some in outcome.breakdown.items()
    }
    return OutcomeOut(
        version=outcome.version.version, eligible=matched.eligible, unknown=matched.unknown, near=matched.near,
        amount=_exact(matched.amount), amount_unknown=matched.amount_unknown, breakdown=groups,
    )  # fmt: skip


def _changes(made: Simulation) -> ChangesOut:
    counts = {name: int(getattr(made, name).sum()) for name in ("gains", "loses", "stays", "becomes_unknown")}
    return ChangesOut(**counts, amount=_exact(made.cost_difference))


def _exact(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
