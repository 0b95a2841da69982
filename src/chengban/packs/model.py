"""What a city declares: the shapes of departments, code sets, registers, facts, tables and policies.

Each class is one declaration (声明). A declaration that does not fit its class is refused with its file, line and column.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
PolicyId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]{0,19}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Confidence = Literal["S", "K", "?"]
"""S: read in a source. K: known to the trade. ?: unsure, and then only ever a parameter that pages mark 未核实."""


class Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Declaration):
    """Where a statement stands (依据). `title` is the law's or document's title or number; its text is not repeated here."""

    title: Name
    article: str | None = None
    """The article as the law numbers it: 第二十八条, 第七条第二款."""
    note: str | None = None


class Department(Declaration):
    """An organ of the city (部门)."""

    id: Identifier
    name: Name
    name_en: Name
    short: Name


class Code(Declaration):
    code: str
    name: str
    parent: str | None = None
    kind: str | None = None
    since: date | None = None
    until: date | None = None
    now: str | None = None
    """For a historical code (历史代码): the code that took its place."""


class CodeSet(Declaration):
    """A set of codes (代码集). Its items stand here or in a CSV file beside it with the columns of `Code`."""

    id: Identifier
    name: Name
    name_en: Name
    standard: str | None = None
    confidence: Confidence
    note: str | None = None
    file: str | None = None
    items: tuple[Code, ...] = ()


class HolidayYear(Declaration):
    """One year's legal holidays (法定节假日安排): days off, and weekend days that are worked (调休上班)."""

    year: int
    off: tuple[date, ...]
    worked: tuple[date, ...] = ()


FieldType = Literal[
    "text", "integer", "decimal", "money", "date", "year", "month", "boolean", "code", "uscc", "citizen_id", "phone"
]
Sharing = Literal["unconditional", "conditional", "none"]
Sensitivity = Literal["public", "internal", "personal", "sensitive"]


class RegisterField(Declaration):
    """One field of a register (数据项). `money` is in 元 with two decimals unless `unit` says 万元."""

    id: Identifier
    name: Name
    name_en: Name
    type: FieldType
    unit: str | None = None
    codes: Identifier | None = None
    required: bool = False
    sensitivity: Sensitivity = "internal"
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    longest: int = 200
    note: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> "RegisterField":
        if (self.type == "code") != (self.codes is not None):
            raise ValueError(f"field {self.id}: a field of type code names its code set, and no other does")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"field {self.id}: minimum is above maximum")
        return self


class RowRule(Declaration):
    """What must hold within one row (行内校验): FEEL over the row's fields. Reject keeps the row out; flag lets it in and tells."""

    id: Identifier
    rule: str
    message: Name
    severity: Literal["reject", "flag"] = "flag"


class SharingTerms(Declaration):
    """Who may have the data (共享属性): unconditional 无条件, conditional 有条件, none 不予共享; conditional carries its clause."""

    type: Sharing
    condition: str | None = None
    citation: Citation | None = None

    @model_validator(mode="after")
    def _conditional_has_clause(self) -> "SharingTerms":
        if self.type != "unconditional" and self.citation is None:
            raise ValueError(f"sharing is {self.type}: its clause (citation) is missing")
        return self


class Register(Declaration):
    """A register of the data foundation (基础库 base or 主题库 theme)."""

    id: Identifier
    name: Name
    name_en: Name
    kind: Literal["base", "theme"]
    chosen: Literal["seed", "ours"]
    """seed: the city's own newspaper names it. ours: chosen here as a city would, to be replaced by the real list."""
    department: Identifier
    about: Literal["enterprise", "person", "place", "city"]
    subject: Identifier | None = None
    """The field that holds the subject's identifier (USCC or citizen number); none for places and the city."""
    key: tuple[Identifier, ...]
    complete: bool = False
    """The owner vouches that what is not in the register does not exist; only then may absence be read as "none"."""
    refresh_days: int = Field(gt=0)
    sharing: SharingTerms
    fields: tuple[RegisterField, ...] = Field(min_length=1)
    rules: tuple[RowRule, ...] = ()
    confidence: Confidence
    note: str | None = None

    def field(self, name: str) -> RegisterField:
        """The field whose id or Chinese name is `name`. Raises KeyError."""
        for field in self.fields:
            if name in (field.id, field.name):
                return field
        raise KeyError(name)

    @model_validator(mode="after")
    def _hangs_together(self) -> "Register":
        ids = [field.id for field in self.fields]
        if len(set(ids)) != len(ids):
            raise ValueError(f"register {self.id}: a field id is used twice")
        for name in (*self.key, *((self.subject,) if self.subject else ())):
            if name not in ids:
                raise ValueError(f"register {self.id}: there is no field {name}")
        if (self.subject is None) == (self.about in ("enterprise", "person")):
            raise ValueError(f"register {self.id}: a register about a subject names the subject's field, and no other does")
        return self


FactType = Literal["number", "string", "boolean", "date"]


class Source(Declaration):
    """How a fact is read from a register's current rows of one subject (取数口径).

    `where` is FEEL over the row's fields (ids or Chinese names), with 业务日期 (the business date) and 业务年度 (its year).
    `take`: only: the one row; latest: the row with the greatest `order`; count, sum, max, min, exists: over the chosen rows.
    With no row the fact is unknown, unless `absent` says what absence means, which a register must vouch for (`complete`).
    """

    register_: Identifier = Field(alias="register")
    field: Identifier | None = None
    take: Literal["only", "latest", "count", "sum", "max", "min", "exists"] = "only"
    order: Identifier | None = None
    where: str | None = None
    absent: bool | int | Decimal | str | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Source":
        if (self.field is None) != (self.take in ("count", "exists")):
            raise ValueError(f"take {self.take}: a field is named for only, latest, sum, max and min, and not for count and exists")
        if (self.order is not None) != (self.take == "latest"):
            raise ValueError("order goes with take: latest, and only with it")
        return self


class FactDeclaration(Declaration):
    """One word of the vocabulary that rules are written in (指标): from registers, a FEEL formula, or a table."""

    id: Identifier
    name: Name
    aliases: tuple[Name, ...] = ()
    name_en: Name
    type: FactType
    unit: str | None = None
    codes: Identifier | None = None
    values: tuple[str, ...] = ()
    """The legal values of a string fact that has no code set."""
    enterprise: Source | None = None
    person: Source | None = None
    formula: str | None = None
    table: Identifier | None = None
    confidence: Confidence = "K"
    citation: Citation | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> "FactDeclaration":
        origins = (self.enterprise or self.person) is not None, self.formula is not None, self.table is not None
        if sum(origins) > 1:
            raise ValueError(f"fact {self.id}: it comes from registers, or a formula, or a table; only one of them")
        return self


class FactFile(Declaration):
    """A file of facts under one heading of the enterprise's own file (一企一档)."""

    topic: Name
    topic_en: Name
    facts: tuple[FactDeclaration, ...]


class TableRule(Declaration):
    when: tuple[str, ...]
    """One FEEL unary test an input; "-" is anything."""
    then: str
    """A FEEL expression."""


class DecisionTable(Declaration):
    """A decision table, first hit (决策表): inputs are FEEL over facts, each rule gives a test an input and the outcome."""

    id: Identifier
    name: Name
    citation: Citation
    confidence: Confidence
    inputs: tuple[str, ...] = Field(min_length=1)
    rules: tuple[TableRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_rectangular(self) -> "DecisionTable":
        for number, rule in enumerate(self.rules, 1):
            if len(rule.when) != len(self.inputs):
                raise ValueError(f"table {self.id}, rule {number}: {len(rule.when)} tests for {len(self.inputs)} inputs")
        return self


class Parameter(Declaration):
    """A named value of a policy (参数), so that what is unsure is shown as unsure."""

    id: Identifier
    name: Name
    value: Decimal | int | bool | str | date | tuple[str, ...]
    unit: str | None = None
    confidence: Confidence
    citation: Citation | None = None


class Clause(Declaration):
    """One condition (条件): a FEEL expression over facts and parameters, and where the law says so."""

    id: Identifier
    text: Name
    text_en: Annotated[str, StringConstraints(max_length=200)] = ""
    when: str
    citation: Citation
    confidence: Confidence


AmountKind = Literal["payment", "tax_saving", "loan_limit", "deduction", "status"]


class Amount(Declaration):
    """What the policy is worth (兑现金额): FEEL over facts and parameters, in `unit`; `status` has no amount of its own."""

    kind: AmountKind
    formula: str | None = None
    unit: Literal["元", "万元"] = "元"
    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    confidence: Confidence

    @model_validator(mode="after")
    def _status_has_none(self) -> "Amount":
        if (self.kind == "status") == (self.formula is not None):
            raise ValueError("an amount of kind status has no formula, and every other kind has one")
        return self


class Delivery(Declaration):
    """How often a version is given, and within what (兑现安排).

    `places` (名额) go by the order of acceptance (先到先得) or, with order `score`, by `score`: FEEL, the higher first, equal
    scores by acceptance. `notice_days` is the public notice (公示) in working days. None of them: it is settled outside.
    """

    period: Literal["once", "year", "quarter", "month"] = "year"
    budget: Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2)] | None = None
    """In 元, for one period."""
    places: Annotated[int, Field(ge=1)] | None = None
    order: Literal["acceptance", "score"] = "acceptance"
    score: str | None = None
    notice_days: Annotated[int, Field(ge=1, le=60)] | None = None
    citation: Citation | None = None
    confidence: Confidence

    def period_of(self, on: date) -> str:
        """The name of the period that a day falls in: 2025, 2025Q4, 2025-12, or once."""
        names = {
            "once": "once",
            "year": str(on.year),
            "quarter": f"{on.year}Q{(on.month + 2) // 3}",
            "month": f"{on.year}-{on.month:02}",
        }
        return names[self.period]

    @model_validator(mode="after")
    def _score_goes_with_order(self) -> "Delivery":
        if (self.order == "score") != (self.score is not None):
            raise ValueError("score goes with order: score, and only with it")
        return self


class PolicyVersion(Declaration):
    """A policy as it stands from one day to another (版本). Both days are included; `until` none: not yet ended."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    since: date
    until: date | None = None
    dates_confidence: Confidence
    sources: tuple[Citation, ...] = Field(min_length=1)
    confidence: Confidence
    parameters: tuple[Parameter, ...] = ()
    tables: tuple[DecisionTable, ...] = ()
    """Decision tables of this version's own, which its clauses and its amount name as they name parameters."""
    clauses: tuple[Clause, ...] = Field(min_length=1)
    amount: Amount
    delivery: Delivery | None = None
    note: str | None = None

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "PolicyVersion":
        if self.until is not None and self.until < self.since:
            raise ValueError(f"version {self.version}: it ends before it begins")
        return self


class Policy(Declaration):
    """A policy (政策) and its versions."""

    id: PolicyId
    name: Name
    name_en: Name
    level: Literal["国家", "省", "市", "国家/省", "省/县"]
    subject: Literal["enterprise", "person"]
    departments: tuple[Identifier, ...] = Field(min_length=1)
    mode: Literal["免申即享", "确认即享", "申报", "自行申报"]
    mode_note: str | None = None
    excludes: tuple[PolicyId, ...] = ()
    """Policies that cannot be had together with this one (不可同享, 择优)."""
    best_of: Identifier | None = None
    """A group of policies of which a subject has, in a period, the one that is worth most (择优不重复)."""
    succeeds: PolicyId | None = None
    versions: tuple[PolicyVersion, ...] = Field(min_length=1)

    def in_force(self, on: date) -> PolicyVersion | None:
        """The version in force on a day, or none."""
        return next((version for version in self.versions if version.in_force(on)), None)

    def version(self, name: str) -> PolicyVersion:
        """The version called `name`. Raises KeyError."""
        for version in self.versions:
            if version.version == name:
                return version
        raise KeyError(name)


class Example(Declaration):
    """A worked example of a policy, run by `chengban pack check` (样例)."""

    name: Name
    on: date
    facts: dict[str, bool | int | Decimal | str | date | None]
    expect: Literal["eligible", "ineligible", "unknown"]
    amount: Decimal | int | None = None
    missing: tuple[str, ...] | None = None


class ExampleFile(Declaration):
    policy: PolicyId
    examples: tuple[Example, ...] = Field(min_length=1)


class ConsistencyRule(Declaration):
    """What must hold between registers for one subject (库间一致性): FEEL over facts, with the department that must mend it."""

    id: Identifier
    name: Name
    about: Literal["enterprise", "person"]
    rule: str
    message: Name
    department: Identifier


class Subjects(Declaration):
    """Where the city's enterprises (or people) are counted, and which field is their name."""

    register_: Identifier = Field(alias="register")
    name: Identifier


TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Reach(Declaration):
    """When the city tells its subjects something (触达). Of the hours for short messages the last minute does not belong."""

    sms_from: TimeOfDay = "08:00"
    sms_until: TimeOfDay = "20:00"
    new_days: Annotated[int, Field(ge=1, le=366)] = 30
    """For so many days a policy counts as new: whoever comes to qualify in them is told of it."""
    due_days: Annotated[int, Field(ge=1, le=90)] = 7
    """So many days before an instalment is due its debtor is reminded."""

    @model_validator(mode="after")
    def _in_order(self) -> "Reach":
        if self.sms_from >= self.sms_until:
            raise ValueError("reach: sms_from must be before sms_until")
        return self


class Objections(Declaration):
    """How often one account may object during public notices (异议): to one offer, and to any of them within 24 hours."""

    an_offer: Annotated[int, Field(ge=1)] = 3
    a_day: Annotated[int, Field(ge=1)] = 20


class ReadingTerms(Declaration):
    """In how many working days readings are accounted for (查阅监督): the city's own promise, no law's."""

    review_days: Annotated[int, Field(ge=1, le=60)] = 5
    """An emergency reading is reviewed."""
    answer_days: Annotated[int, Field(ge=1, le=60)] = 15
    """A subject's question about a reading is answered."""


class Commitments(Declaration):
    """Who may not commit instead of proving (不适用告知承诺): FEEL over facts, by kind of applicant. None: nobody can tell."""

    enterprise: str | None = None
    person: str | None = None
    citation: Citation


class City(Declaration):
    """pack.yaml: which city this is, and the order its counties are always shown in."""

    id: Identifier
    name: Name
    name_en: Name
    region: str
    counties: tuple[str, ...]
    county_names: tuple[str, ...]
    short_county_names: tuple[str, ...]
    enterprises: Subjects
    people: Subjects
    county_fact: Identifier
    industry_fact: Identifier
    """The facts that matches are broken down by."""
    size_fact: Identifier | None = None
    age_fact: Identifier | None = None
    """Where the city has them: size class (企业划型) and age in years (成立年数), which simulations are broken down by too."""
    reach: Reach = Reach()
    objections: Objections = Objections()
    reading: ReadingTerms = ReadingTerms()
    data_office: Identifier | None = None
    """The department that looks after all data (数据主管部门): it may answer requests for any register."""
    in_flight: tuple[Literal["recovery", "offer"], ...] = ("recovery", "offer")
    """What must be settled before a policy is promised to a subject again (在途): its money demanded back, an offer that waits."""
    map: str | None = None
    barred_from_committing: Commitments | None = None
    """The schematic map (示意图) beside this file."""
    consistency: tuple[ConsistencyRule, ...] = ()
