"""A pack of a few lines that is right in everything, as texts by file name: tests spoil one thing at a time."""

from pathlib import Path

FILES: dict[str, str] = {
    "pack.yaml": """\
id: small
name: 小城
name_en: Small
region: "371500"
counties: ["371502"]
county_names: [东昌府区]
short_county_names: [东昌府]
enterprises: { register: firms, name: name }
people: { register: citizens, name: name }
county_fact: county
industry_fact: county
consistency:
  - id: insured_within_staff
    name: 参保与人数
    about: enterprise
    rule: 参保人数 <= 职工总数
    message: 参保多于人数
    department: labour
""",
    "departments.yaml": """\
departments:
  - { id: market, name: 市场监管局, name_en: Market, short: 市监 }
  - { id: labour, name: 人社局, name_en: Labour, short: 人社 }
""",
    "codes/region.yaml": """\
id: region
name: 区划
name_en: Regions
confidence: S
file: region.csv
""",
    "codes/region.csv": "code,name\n371502,东昌府区\n371503,茌平区\n",
    "registers/firms.yaml": """\
id: firms
name: 企业
name_en: Firms
kind: base
chosen: ours
department: market
about: enterprise
subject: uscc
key: [uscc]
complete: true
refresh_days: 30
sharing: { type: unconditional }
confidence: K
fields:
  - { id: uscc, name: 统一社会信用代码, name_en: USCC, type: uscc, required: true }
  - { id: name, name: 名称, name_en: Name, type: text }
  - { id: staff, name: 人数, name_en: Staff, type: integer, unit: 人 }
  - { id: county, name: 县区, name_en: County, type: code, codes: region }
  - { id: sales, name: 销售额, name_en: Sales, type: money, unit: 元 }
  - { id: founded, name: 成立日期, name_en: Founded, type: date }
rules:
  - { id: has_staff, rule: 人数 >= 1, message: 没有人 }
""",
    "registers/insurance.yaml": """\
id: insurance
name: 参保
name_en: Insurance
kind: theme
chosen: ours
department: labour
about: enterprise
subject: uscc
key: [uscc, year]
refresh_days: 30
sharing: { type: conditional, condition: 依法核验, citation: { title: 样例办法, article: 第二条 } }
confidence: K
fields:
  - { id: uscc, name: 统一社会信用代码, name_en: USCC, type: uscc, required: true }
  - { id: year, name: 年度, name_en: Year, type: year, required: true }
  - { id: insured, name: 参保人数, name_en: Insured, type: integer, unit: 人 }
""",
    "registers/citizens.yaml": """\
id: citizens
name: 人口
name_en: Citizens
kind: base
chosen: ours
department: market
about: person
subject: citizen_id
key: [citizen_id]
refresh_days: 30
sharing: { type: none, citation: { title: 样例办法 } }
confidence: K
fields:
  - { id: citizen_id, name: 公民身份号码, name_en: Number, type: citizen_id, required: true }
  - { id: name, name: 姓名, name_en: Name, type: text }
""",
    "facts/staff.yaml": """\
topic: 人员
topic_en: Staff
facts:
  - id: employees
    name: 职工总数
    name_en: Employees
    type: number
    unit: 人
    enterprise: { register: firms, field: staff, absent: 0 }
  - id: insured
    name: 参保人数
    name_en: Insured
    type: number
    unit: 人
    enterprise:
      register: insurance
      field: insured
      where: 年度 = 业务年度 - 1
  - id: county
    name: 所在县区
    name_en: County
    type: string
    codes: region
    enterprise: { register: firms, field: county }
  - id: sales_wan
    name: 年销售额
    name_en: Sales
    type: number
    unit: 万元
    enterprise: { register: firms, field: sales }
  - id: sales_a_head
    name: 人均销售额
    name_en: Sales a head
    type: number
    unit: 万元
    formula: 年销售额 / 职工总数
  - id: size
    name: 规模
    name_en: Size
    type: string
    values: [大, 小]
    table: size
  - id: business_date
    name: 业务日期
    name_en: Business date
    type: date
  - id: business_year
    name: 业务年度
    name_en: Business year
    type: number
""",
    "tables/size.yaml": """\
id: size
name: 划型
citation: { title: 样例标准 }
confidence: K
inputs: [职工总数]
rules:
  - { when: ['>= 300'], then: '"大"' }
  - { when: ['-'], then: '"小"' }
""",
    "policies/T1.yaml": """\
id: T1
name: 样例补贴
name_en: Sample
level: 市
subject: enterprise
departments: [labour]
mode: 申报
versions:
  - version: "1"
    since: 2024-01-01
    until: 2024-12-31
    dates_confidence: K
    confidence: K
    sources: [{ title: 样例办法 }]
    clauses:
      - { id: staff, text: 有职工, when: 职工总数 >= 1, citation: { title: 样例办法, article: 第一条 }, confidence: K }
    amount: { kind: status, text: 名单, confidence: K }
  - version: "2"
    since: 2025-01-01
    dates_confidence: K
    confidence: K
    sources: [{ title: 样例办法 }]
    parameters:
      - { id: least_staff, name: 最少人数, value: 5, unit: 人, confidence: "?" }
    clauses:
      - id: staff
        text: 职工不少于五人
        when: 职工总数 >= 最少人数
        citation: { title: 样例办法, article: 第一条 }
        confidence: K
      - id: small
        text: 小企业
        when: >-
          规模 = "小"
          and 人均销售额 < 1000
        citation: { title: 样例办法, article: 第二条 }
        confidence: K
    amount: { kind: payment, formula: 参保人数 * 100, text: 每人100元, confidence: K }
""",
    "cases-tests/T1.yaml": """\
policy: T1
examples:
  - name: 符合
    on: 2025-12-01
    facts: { employees: 10, sales_wan: 50, insured: 8 }
    expect: eligible
    amount: 800
  - name: 人少
    on: 2025-12-01
    facts: { 职工总数: 4, sales_wan: 50 }
    expect: ineligible
  - name: 不知道销售额
    on: 2025-12-01
    facts: { employees: 10 }
    expect: unknown
    missing: [sales_wan]
  - name: 旧版本
    on: 2024-12-31
    facts: { employees: 1 }
    expect: eligible
""",
}


def write(folder: Path, files: dict[str, str | bytes | None] | None = None) -> Path:
    """The pack in `folder`, with some files replaced, added, or (none) left out."""
    for name, text in {**FILES, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
