"""The columns of a city's own list: which heading means which field of the implementation list. One table, read top down.

Each field has the standard's name first, then what cities and the national exchange database (`up_task_*`) write instead.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from chengban.items import cells
from chengban.items.cells import Read

_NOISE = re.compile(r"\(.*?\)|[\W_]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """One field, the headings that mean it, and how its cells are read."""

    field: str
    names: tuple[str, ...]
    read: Read


def heading(field: str, read: Read, *names: str) -> Heading:
    return Heading(field, names, read)


def plain(text: str) -> str:
    """A heading without spaces, marks and what stands in brackets, in lower case and half width."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def index(headings: tuple[Heading, ...]) -> Mapping[str, Heading]:
    """Each way to write a heading, and its field's own name, to the heading."""
    return {plain(name): one for one in headings for name in (one.field, *one.names)}


ITEM = (
    heading("name", cells.text, "事项名称", "名称", "办理项名称", "业务办理项名称", "服务事项", "task_name", "item_name"),
    heading("code", cells.identifier, "事项编码", "编码", "item_code", "code"),
    heading("handling_code", cells.identifier, "业务办理项编码", "办理项编码", "task_handle_item"),
    heading("task_code", cells.identifier, "实施编码", "实施清单编码", "task_code"),
    heading("catalogue_code", cells.identifier, "基本编码", "基本目录编码", "catalog_code"),
    heading("local_code", cells.identifier, "地方编码", "地方实施编码", "local_task_code"),
    heading("version", cells.whole, "版本号", "事项版本", "版本", "task_version"),
    heading("state", cells.code("task_state"), "事项状态", "状态", "task_state"),
    heading("task_type", cells.code("task_type"), "事项类型", "权力类型", "类型", "task_type"),
    heading("power_source", cells.code("power_source"), "权力来源", "power_source"),
    heading("level", cells.code("use_level"), "行使层级", "层级", "use_level"),
    heading("department", cells.text, "实施主体", "实施主体名称", "实施部门", "实施机构", "责任部门", "部门", "部门名称",
            "单位名称", "dept_name", "department"),
    heading("body_code", cells.identifier, "实施主体编码", "实施主体统一社会信用代码", "统一社会信用代码", "部门编码", "dept_code"),
    heading("body_kind", cells.code("dept_type"), "实施主体性质", "dept_type"),
    heading("entrusted_by", cells.text, "委托部门", "entrust_name"),
    heading("served", cells.codes("server_type"), "服务对象", "办理对象", "server_type"),
    heading("handling", cells.code("project_type"), "办件类型", "办理类型", "project_type"),
    heading("statutory", cells.limit, "法定办结时限", "法定时限", "法定期限", "anticipate_day"),
    heading("statutory_unit", cells.code("limit_unit"), "法定办结时限单位", "法定时限单位", "anticipate_type"),
    heading("promised", cells.limit, "承诺办结时限", "承诺时限", "承诺期限", "promise_day"),
    heading("promised_unit", cells.code("limit_unit"), "承诺办结时限单位", "承诺时限单位", "promise_type"),
    heading("conditions", cells.texts, "受理条件", "申请条件", "办理条件", "accept_condition"),
    heading("steps", cells.named, "办理流程", "handle_flow"),
    heading("special_procedure", cells.text, "特别程序", "special_procedure"),
    heading("ways", cells.codes("handle_type"), "办理形式", "办理方式", "handle_type"),
    heading("online", cells.yes_or_no, "是否网办", "是否网上办理", "网上办理", "is_online"),
    heading("online_depth", cells.depth, "网办深度", "网上办理深度", "online_handle_depth"),
    heading("visits", cells.whole, "到办事现场次数", "到现场次数", "跑动次数", "limit_scene_num"),
    heading("visits_reason", cells.text, "必须现场办理原因", "必须现场原因", "limit_scene_explain"),
    heading("place", cells.text, "办理地点", "办理地址", "transact_addr"),
    heading("hours", cells.text, "办理时间", "transact_time"),
    heading("contact", cells.text, "咨询方式", "咨询电话", "link_way"),
    heading("complaints", cells.text, "监督投诉方式", "监督电话", "投诉电话", "supervise_way"),
    heading("area", cells.code("handle_area"), "通办范围", "handle_area"),
    heading("quantity_limit", cells.text, "数量限制", "limit_explain"),
    heading("charged", cells.yes_or_no, "是否收费", "is_fee"),
    heading("fees", cells.named, "收费项目", "收费项目名称", "fee_project"),
    heading("results", cells.named, "审批结果", "审批结果名称", "办理结果", "result_name"),
    heading("materials", cells.named, "申请材料", "材料清单", "申报材料", "material"),
    heading("answered", cells.named, "常见问题", "questions"),
    heading("bases", cells.citations, "设定依据", "法律依据", "实施依据", "by_law"),
)  # fmt: skip

MATERIAL = (
    heading("name", cells.text, "材料名称", "名称", "material_name"),
    heading("kind", cells.code("material_type"), "材料类型", "material_type"),
    heading("format", cells.code("material_format"), "材料形式", "材料介质", "material_format"),
    heading("need", cells.code("material_need"), "材料必要性", "必要性", "is_need"),
    heading("source", cells.code("material_source"), "来源渠道", "source_type"),
    heading("source_note", cells.text, "来源渠道说明", "source_explain"),
    heading("copies", cells.whole, "份数", "纸质材料份数", "page_num"),
    heading("page_format", cells.text, "规格", "page_format"),
    heading("filling", cells.text, "填报须知", "fill_explain"),
    heading("acceptance", cells.text, "受理标准", "accept_stand"),
    heading("citation", cells.citation, "要求提供依据", "依据", "by_law"),
)
FEE = (
    heading("name", cells.text, "收费项目名称", "名称", "fee_name"),
    heading("standard", cells.text, "收费标准", "fee_stand"),
    heading("reducible", cells.yes_or_no, "允许减免", "是否允许减免", "is_desc"),
    heading("reduction", cells.text, "减免说明", "desc_explain"),
    heading("citation", cells.citation, "收费依据", "依据", "by_law"),
)
STEP = (
    heading("name", cells.text, "环节", "步骤", "名称"),
    heading("by", cells.text, "办理人员"),
    heading("limit", cells.limit, "办理时限"),
    heading("standard", cells.text, "审查标准"),
    heading("outcome", cells.text, "办理结果"),
)
RESULT = (
    heading("name", cells.text, "审批结果名称", "名称", "result_name"),
    heading("kind", cells.code("result_type"), "审批结果类型", "类型", "result_type"),
    heading("valid", cells.text, "有效期"),
)
ANSWERED = (heading("question", cells.text, "问题"), heading("answer", cells.text, "解答", "回答"))

NESTED: Mapping[str, tuple[Heading, ...]] = {
    "materials": MATERIAL, "fees": FEE, "steps": STEP, "results": RESULT, "answered": ANSWERED
}  # fmt: skip
"""What may stand within an item as a list of its own, where the file can hold one (JSON)."""
