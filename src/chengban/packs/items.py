"""What a city declares of a service item: its implementation list (实施清单, GB/T 39554.2-2020), its situations, its scene.

Every field of the list but the name and the body may be left out: what is not known is absent, never made up. Coded fields hold
the code of the set that `Coded` names; a set is the city's own file under `codes/`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chengban.packs.forms import Branch, Feel, FormField, ItemId, Refusal, Section
from chengban.packs.model import Citation, Confidence, Declaration, Identifier, Name


@dataclass(frozen=True, slots=True)
class Coded:
    """Marks a field whose values are codes of a set (代码集)."""

    codes: str


SceneId = Annotated[str, StringConstraints(pattern=r"^S\d{2}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Level = Annotated[str, Coded("use_level")]


class TimeLimit(Declaration):
    """Within what the item is done (办结时限)."""

    number: int = Field(ge=0, title="时限")
    unit: Annotated[str, Coded("limit_unit")] = Field(title="时限单位")
    explanation: Text | None = Field(default=None, title="时限说明")
    citation: Citation | None = Field(default=None, title="依据")
    confidence: Confidence = "K"


class Period(TimeLimit):
    """What must have run out before an item can begin, counted from the day the scene begins (公示期等). `when` is FEEL."""

    name: Title = Field(title="名称")
    when: Feel | None = None


class Fee(Declaration):
    """One fee project (收费项目). `standard` is its text as the price office gives it; `amount` is in 元 where it is one sum."""

    name: Title = Field(title="收费项目名称")
    standard: Text | None = Field(default=None, title="收费标准")
    amount: Annotated[Decimal, Field(ge=0)] | None = Field(default=None, title="金额")
    reducible: bool | None = Field(default=None, title="允许减免")
    reduction: Text | None = Field(default=None, title="减免说明")
    citation: Citation | None = Field(default=None, title="收费依据")
    confidence: Confidence = "K"


class Step(Declaration):
    """One step of the procedure (办理流程)."""

    name: Title = Field(title="环节")
    by: Name | None = Field(default=None, title="办理人员")
    limit: TimeLimit | None = Field(default=None, title="办理时限")
    standard: Text | None = Field(default=None, title="审查标准")
    outcome: Text | None = Field(default=None, title="办理结果")


class Result(Declaration):
    """What the applicant gets (审批结果)."""

    name: Title = Field(title="审批结果名称")
    kind: Annotated[str, Coded("result_type")] | None = Field(default=None, title="审批结果类型")
    valid: Name | None = Field(default=None, title="有效期")


class Answered(Declaration):
    """A frequent question and its answer (常见问题)."""

    question: Text = Field(title="问题")
    answer: Text = Field(title="解答")


class Instead(Declaration):
    """What could stand for a material, so that nobody need bring it (免提交方式). Exactly one way.

    A certificate by its type (电子证照), fields of a register (数据共享), the result of an earlier item (前序结果), the check of
    a department (部门核验), a commitment (告知承诺), or a form that the platform fills (平台生成).
    """

    certificate: Identifier | None = None
    register_: Identifier | None = Field(default=None, alias="register")
    fields: tuple[Identifier, ...] = ()
    result_of: ItemId | None = None
    department: Identifier | None = None
    commitment: bool = False
    form: bool = False
    citation: Citation | None = None
    confidence: Confidence = "K"

    @model_validator(mode="after")
    def _is_one_way(self) -> "Instead":
        named = (self.certificate, self.register_, self.result_of, self.department)
        if sum(way is not None for way in named) + self.commitment + self.form != 1:
            raise ValueError("a way instead is one of certificate, register, result_of, department, commitment and form")
        if self.fields and self.register_ is None:
            raise ValueError("fields go with register, and only with it")
        return self


class Material(Declaration):
    """What the applicant brings (申请材料). `when` is FEEL over the scene's questions: only then it is asked for."""

    name: Title = Field(title="材料名称")
    kind: Annotated[str, Coded("material_type")] | None = Field(default=None, title="材料类型")
    format: Annotated[str, Coded("material_format")] | None = Field(default=None, title="材料形式")
    need: Annotated[str, Coded("material_need")] | None = Field(default=None, title="材料必要性")
    source: Annotated[str, Coded("material_source")] | None = Field(default=None, title="来源渠道")
    source_note: Text | None = Field(default=None, title="来源渠道说明")
    copies: int | None = Field(default=None, ge=0, le=99, title="份数")
    page_format: Name | None = Field(default=None, title="规格")
    filling: Text | None = Field(default=None, title="填报须知")
    acceptance: Text | None = Field(default=None, title="受理标准")
    citation: Citation | None = Field(default=None, title="要求提供依据")
    when: Feel | None = Field(default=None, title="什么情形要交")
    instead: tuple[Instead, ...] = Field(default=(), title="免提交方式")
    confidence: Confidence = "K"


class Implementation(Declaration):
    """An implementation list (实施清单): one item as one body does it."""

    name: Title = Field(title="事项名称")
    department: Name = Field(title="实施主体")
    catalogue_code: str | None = Field(default=None, title="基本编码")
    task_code: str | None = Field(default=None, title="实施编码")
    handling_code: str | None = Field(default=None, title="业务办理项编码")
    local_code: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = Field(default=None, title="地方编码")
    version: int | None = Field(default=None, ge=1, title="版本号")
    state: Annotated[str, Coded("task_state")] | None = Field(default=None, title="事项状态")
    task_type: Annotated[str, Coded("task_type")] | None = Field(default=None, title="事项类型")
    power_source: Annotated[str, Coded("power_source")] | None = Field(default=None, title="权力来源")
    level: Level | None = Field(default=None, title="行使层级")
    body_code: str | None = Field(default=None, title="实施主体编码")
    body_kind: Annotated[str, Coded("dept_type")] | None = Field(default=None, title="实施主体性质")
    entrusted_by: Name | None = Field(default=None, title="委托部门")
    served: tuple[Annotated[str, Coded("server_type")], ...] = Field(default=(), title="服务对象")
    handling: Annotated[str, Coded("project_type")] | None = Field(default=None, title="办件类型")
    statutory: TimeLimit | None = Field(default=None, title="法定办结时限")
    promised: TimeLimit | None = Field(default=None, title="承诺办结时限")
    conditions: tuple[Text, ...] = Field(default=(), title="受理条件")
    steps: tuple[Step, ...] = Field(default=(), title="办理流程")
    special_procedure: Text | None = Field(default=None, title="特别程序")
    ways: tuple[Annotated[str, Coded("handle_type")], ...] = Field(default=(), title="办理形式")
    online: bool | None = Field(default=None, title="是否网办")
    online_depth: int | None = Field(default=None, ge=1, le=4, title="网办深度")
    visits: int | None = Field(default=None, ge=0, le=9, title="到办事现场次数")
    visits_reason: Text | None = Field(default=None, title="必须现场办理原因")
    place: Text | None = Field(default=None, title="办理地点")
    hours: Text | None = Field(default=None, title="办理时间")
    contact: Text | None = Field(default=None, title="咨询方式")
    complaints: Text | None = Field(default=None, title="监督投诉方式")
    area: Annotated[str, Coded("handle_area")] | None = Field(default=None, title="通办范围")
    quantity_limit: Text | None = Field(default=None, title="数量限制")
    charged: bool | None = Field(default=None, title="是否收费")
    fees: tuple[Fee, ...] = Field(default=(), title="收费项目")
    results: tuple[Result, ...] = Field(default=(), title="审批结果")
    materials: tuple[Material, ...] = Field(default=(), title="申请材料")
    answered: tuple[Answered, ...] = Field(default=(), title="常见问题")
    bases: tuple[Citation, ...] = Field(default=(), title="设定依据")

    @property
    def code(self) -> str | None:
        """The code it goes by: of the handling item, else of the task, else the local one."""
        return self.handling_code or self.task_code or self.local_code

    @model_validator(mode="after")
    def _materials_have_their_own_names(self) -> "Implementation":
        twice = _twice(material.name for material in self.materials)
        if twice:
            raise ValueError(f"{self.name}: the material {twice} is named twice")
        return self


class Item(Implementation):
    """A service item (政务服务事项) of a scene. `when` is FEEL over the scene's questions: only then it is to be done.

    It waits for every item of `after` that is done, and for the first of `after_any`. On the trunk (主干) hangs the rest.
    """

    id: ItemId
    scene: SceneId
    yields: str | None = None
    after: tuple[str, ...] = ()
    after_any: tuple[ItemId, ...] = ()
    optional: bool = False
    condition: str | None = None
    when: Feel | None = None
    trunk: bool = False
    not_before: tuple[Period, ...] = ()
    words: tuple[str, ...] = ()
    confidence: Confidence | None = None
    """Of the list's own values; none: as the scene's."""


class Option(Declaration):
    """One answer that can be chosen. `value` is what expressions compare with."""

    value: Name
    text: Name | None = None

    @property
    def label(self) -> str:
        return self.text or self.value


class Question(Declaration):
    """A situation to ask about (情形). Without options it is answered with yes or no, and is a boolean in expressions."""

    id: Identifier
    name: Name
    """The word that `when` uses: 设置户外招牌."""
    text: Name
    help: Annotated[str, StringConstraints(max_length=200)] | None = None
    options: tuple[Option, ...] = Field(default=(), max_length=12)
    confidence: Confidence = "K"

    @model_validator(mode="after")
    def _options_differ(self) -> "Question":
        if len(self.options) == 1 or _twice(option.value for option in self.options):
            raise ValueError(f"question {self.id}: it has two or more options that differ, or none")
        return self


class Note(Declaration):
    """What else there is to know of a scene (办理须知)."""

    text: Text
    citation: Citation | None = None
    confidence: Confidence


class Scene(Declaration):
    """A "one thing" scene (一件事), its items, and the questions that choose among them (情形导办)."""

    id: SceneId
    name: Name
    lead: Name
    subject: Name
    confidence: Confidence
    words: tuple[Name, ...] = ()
    questions: tuple[Question, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)
    branches: tuple[Branch, ...] = ()
    form: tuple[Section, ...] = ()
    joint: TimeLimit | None = None
    """Within what all of it is done where it is handled jointly (联合办理时限)."""
    refusal: Refusal | None = None
    notes: tuple[Note, ...] = ()

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Every field of the form, in its order."""
        return tuple(field for section in self.form for field in section.fields)

    @model_validator(mode="after")
    def _names_differ(self) -> "Scene":
        twice = _twice(word for question in self.questions for word in {question.id, question.name})
        if twice:
            raise ValueError(f"scene {self.id}: the question {twice} is declared twice")
        twice = _twice(word for field in self.fields for word in {field.id, field.name})
        if twice:
            raise ValueError(f"scene {self.id}: the field {twice} is declared twice")
        twice = _twice(item.id for item in self.items)
        if twice:
            raise ValueError(f"scene {self.id}: the item {twice} is declared twice")
        return self


class Synonyms(Declaration):
    """Words that people use for the same thing (同义词), the official one first."""

    word: Name
    said: tuple[Name, ...] = Field(min_length=1)


def _twice(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)
