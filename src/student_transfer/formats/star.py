"""The vendor's Star exports: overall results, Dashboard Standards and Skill Area.

One row is one result. The overall export also says who the student is; the other two
only name the student. Columns about teachers, classes and courses are left out.
"""

from student_transfer.formats.identifiers import NAMES_NOBODY, keys_of, record_name
from student_transfer.formats.reading import (
    NO_KEY,
    Draft,
    Format,
    RecordRow,
    SchoolRow,
    StudentReference,
    StudentRow,
)
from student_transfer.formats.recognition import Kind
from student_transfer.formats.record_ids import record_id
from student_transfer.formats.tables import Row, Table, column_set
from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkMeasure,
    BenchmarkScheme,
    Mastery,
    MasteryKind,
    Origin,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import School, SchoolId, SiteId
from student_transfer.students import Student

FORMATS = {
    Kind.STAR_OVERALL: Format.STAR_OVERALL,
    Kind.STAR_STANDARDS: Format.STAR_STANDARDS,
    Kind.STAR_SKILLS: Format.STAR_SKILLS,
}
"""The tables that this module reads, and the format that each is."""

_PRODUCTS = {
    "sr_": StarProduct.READING,
    "sm_": StarProduct.MATHS,
    "sel_": StarProduct.EARLY_LITERACY,
}
_SCHOOL_IDS = (
    "schoolsourcedid",
    "schoolidentifier",
    "schoolstateid",
    "schoolrenaissanceid",
)
_ABOUT_STUDENT = column_set(
    "multirace hispanicorlatino americanindianoralaskanative asian "
    "blackorafricanamerican nativehawaiianorotherpacificislander white"
)
_STUDENT_FIELDS = column_set(
    "studentsourcedid studentidentifier studentuserid studentstateid studentemail "
    "studentfirstname studentmiddlename studentlastname"
)
_RESULT_FIELDS = column_set(
    "schoolyear assessmentid launchdate completeddate completeddatelocal "
    "assessmentstatus grade scaledscore standarderrorofmeasurement raschscore "
    "unifiedscore gradeequivalent percentilerank normalcurveequivalent "
    "instructionalreadinglevel estimatedoralreadingfluency lexile currentsgp "
    "lowerzoneofproximaldevelopment upperzoneofproximaldevelopment "
    "totaltimeinseconds totalcorrect totalpossible "
    "standardname standarddescription standardpercentmastery "
    "standardconfidencelevel standardmasterylevel domaingroup familyname "
    "domainname domainpercentmastery domainscore skillareaname "
    "skillareamasteryscore"
)
_AROUND = column_set(
    "renaissanceclientid gender birthdate currentgrade enrollmentstatus groupid "
    "grouporclassname"
)
_OTHERS = ("teacher", "class", "course", "school", "district")
_OF_RESULTS = (
    "studentgrowthpercentile",
    "schoolyear",
    "schoolbenchmark",
    "districtbenchmark",
)


def _is_about_student(column: str) -> bool:
    return column in _ABOUT_STUDENT or (
        column.startswith("student") and not column.startswith(_OF_RESULTS)
    )


def _is_about_result(column: str) -> bool:
    if column.startswith(_OF_RESULTS):
        return True
    return not (
        _is_about_student(column) or column in _AROUND or column.startswith(_OTHERS)
    )


def read(
    kind: Kind, table: Table, site_id: SiteId, draft: Draft, asked: StarProduct | None
) -> None:
    """Read one export; the start of the file's name tells the product.

    Where it does not, ``asked`` is the product; without either the file is a problem.
    """
    draft.formats.add(FORMATS[kind])
    product = _product(table.file) or asked
    if product is None:
        message = (
            "whether this is reading, maths or early literacy is not told: "
            "begin the file's name with SR_, SM_ or SEL_, or name the product"
        )
        draft.problem(table.file, 0, "", message)
        return
    for row in table.rows:
        reference = _reference(row)
        if not _is_whole(kind, row, reference):
            continue
        record = _record(kind, row, product, site_id)
        is_sound = row.sound  # a bad cell about the student costs no record
        said = None
        if kind is Kind.STAR_OVERALL:
            said = _read_student(row, reference, site_id, draft)
        if is_sound:
            draft.record_rows.append(
                RecordRow(
                    reference=reference,
                    record=record,
                    file=table.file,
                    line=row.line,
                    said=said,
                )
            )


def _product(file: str) -> StarProduct | None:
    name = file.rpartition("/")[2].casefold()
    found = (product for start, product in _PRODUCTS.items() if name.startswith(start))
    return next(found, None)


def _reference(row: Row) -> StudentReference:
    return StudentReference(
        keys=keys_of(row, "studentsourcedid", "studentrenaissanceid"),
        student_id=row.text("studentidentifier"),
        user_name=row.text("studentuserid"),
        national_id=row.text("studentstateid"),
    )


def _is_whole(kind: Kind, row: Row, reference: StudentReference) -> bool:
    """Return whether a row has what names the student and the result."""
    required = ["assessmentid"]
    if kind is Kind.STAR_STANDARDS:
        required.append("standardname")
    elif kind is Kind.STAR_SKILLS:
        required.append("skillareaname")
    blank = [column for column in required if not row.text(column)]
    for column in blank:
        row.problem(column, "is blank, so the row cannot be read")
    if not any(reference.tokens()):
        row.problem("", NAMES_NOBODY)
        return False
    record_name(row, "assessmentid")
    return row.sound


def _record(kind: Kind, row: Row, product: StarProduct, site_id: SiteId) -> Record:
    if kind is Kind.STAR_OVERALL:
        return _assessment(row, product, site_id)
    if kind is Kind.STAR_STANDARDS:
        return _standard(row, product, site_id)
    return _skill(row, product, site_id)


def _assessment(row: Row, product: StarProduct, site_id: SiteId) -> StarAssessment:
    name = f"star-{product.value}-{row.text('assessmentid')}"
    found = (_benchmark(row, scheme) for scheme in BenchmarkScheme)
    return StarAssessment(
        origin=Origin(site_id, name),
        product=product,
        completed_at=row.instant("completeddate"),
        completed_local=row.local("completeddatelocal"),
        launched_at=row.instant("launchdate"),
        school_year=row.text("schoolyear"),
        status=row.text("assessmentstatus"),
        year=row.text("grade"),
        scaled_score=row.number("scaledscore"),
        unified_score=row.number("unifiedscore"),
        rasch_score=row.number("raschscore"),
        standard_error=row.number("standarderrorofmeasurement"),
        percentile_rank=row.number("percentilerank"),
        normal_curve_equivalent=row.number("normalcurveequivalent"),
        grade_equivalent=row.text("gradeequivalent"),
        instructional_reading_level=row.text("instructionalreadinglevel"),
        oral_reading_fluency=row.text("estimatedoralreadingfluency"),
        zpd_lower=row.text("lowerzoneofproximaldevelopment"),
        zpd_upper=row.text("upperzoneofproximaldevelopment"),
        lexile=row.text("lexile"),
        student_growth_percentile=row.number("currentsgp"),
        correct=row.whole("totalcorrect"),
        possible=row.whole("totalpossible"),
        seconds=row.whole("totaltimeinseconds"),
        benchmarks=tuple(category for category in found if category is not None),
        extra=_result_extra(row),
    )


def _result_extra(row: Row) -> dict[str, str]:
    columns = row.cells.keys()
    others = {column for column in columns if not _is_about_result(column)}
    return row.others(_RESULT_FIELDS | _BENCHMARK_FIELDS | others)


_MEASURES = {
    BenchmarkMeasure.PERCENTILE_RANK: "percentilerank",
    BenchmarkMeasure.SCALED_SCORE: "scaledscore",
}


def _benchmark_columns(scheme: BenchmarkScheme) -> dict[str, tuple[str, ...]]:
    """Name the columns of a scheme's category; the schemes differ in their spelling."""
    start = f"{scheme.value}benchmark"
    columns = {
        "name": (f"{start}categoryname",),
        "level": (f"{start}categorylevel",),
        "levels": (f"{start}categorynumberoflevels", f"{start}numberofcategorylevels"),
        "proficient": (f"{start}proficient",),
        "assessment": (f"{start}assessmentname",),
    }
    for unit in _MEASURES.values():
        for bound in ("min", "max"):
            both = (f"{start}category{bound}{unit}", f"{start}{bound}{unit}")
            columns[f"{bound}{unit}"] = both
    return columns


_BENCHMARK_COLUMNS = {scheme: _benchmark_columns(scheme) for scheme in BenchmarkScheme}
_BENCHMARK_FIELDS = frozenset(
    column
    for columns in _BENCHMARK_COLUMNS.values()
    for spellings in columns.values()
    for column in spellings
)


def _benchmark(row: Row, scheme: BenchmarkScheme) -> BenchmarkCategory | None:
    """Read the category under one scheme; None where the row has none."""
    columns = {
        part: next((name for name in spellings if row.text(name)), spellings[0])
        for part, spellings in _BENCHMARK_COLUMNS[scheme].items()
    }
    if not (row.text(columns["name"]) or row.text(columns["level"])):
        return None
    scaled = row.text(columns["minscaledscore"], columns["maxscaledscore"])
    measure = BenchmarkMeasure.PERCENTILE_RANK
    if scaled:
        measure = BenchmarkMeasure.SCALED_SCORE
    unit = _MEASURES[measure]
    return BenchmarkCategory(
        scheme=scheme,
        name=row.text(columns["name"]),
        level=row.whole(columns["level"]),
        number_of_levels=row.whole(columns["levels"]),
        minimum=row.number(columns[f"min{unit}"]),
        maximum=row.number(columns[f"max{unit}"]),
        measure=measure,
        proficient=row.flag(columns["proficient"]),
        assessment=row.text(columns["assessment"]),
    )


def _mastery_origin(kind: MasteryKind, row: Row, product: StarProduct) -> str:
    """Name a mastery with its domain: two domains may each have one of a name."""
    return record_id(
        kind.value,
        product.value,
        row.text("assessmentid"),
        row.text("domaingroup", "familyname"),
        row.text("domainname"),
        row.text("standardname", "skillareaname"),
    )


def _standard(row: Row, product: StarProduct, site_id: SiteId) -> Mastery:
    kind = MasteryKind.STANDARD
    return Mastery(
        origin=Origin(site_id, _mastery_origin(kind, row, product)),
        kind=kind,
        name=row.text("standardname"),
        product=product,
        description=row.text("standarddescription"),
        domain_group=row.text("domaingroup"),
        domain=row.text("domainname"),
        domain_score=row.number("domainpercentmastery"),
        score=row.number("standardpercentmastery"),
        level=row.text("standardmasterylevel"),
        confidence=row.text("standardconfidencelevel"),
        completed_at=row.instant("completeddate"),
        completed_local=row.local("completeddatelocal"),
        launched_at=row.instant("launchdate"),
        school_year=row.text("schoolyear"),
        assessment_id=row.text("assessmentid"),
        extra=_result_extra(row),
    )


def _skill(row: Row, product: StarProduct, site_id: SiteId) -> Mastery:
    kind = MasteryKind.SKILL
    return Mastery(
        origin=Origin(site_id, _mastery_origin(kind, row, product)),
        kind=kind,
        name=row.text("skillareaname"),
        product=product,
        domain_group=row.text("familyname"),
        domain=row.text("domainname"),
        domain_score=row.number("domainscore"),
        score=row.number("skillareamasteryscore"),
        completed_at=row.instant("completeddate"),
        completed_local=row.local("completeddatelocal"),
        launched_at=row.instant("launchdate"),
        school_year=row.text("schoolyear"),
        assessment_id=row.text("assessmentid"),
        extra=_result_extra(row),
    )


def _read_student(
    row: Row, reference: StudentReference, site_id: SiteId, draft: Draft
) -> Student:
    """Return who the row says the student is; without a key nobody is made of it."""
    school = _school(row, site_id)
    enrolled = row.text("enrollmentstatus").casefold() in {"", "enrolled"}
    columns = row.cells.keys()
    others = {column for column in columns if not _is_about_student(column)}
    student = Student(
        key=next(iter(reference.keys), NO_KEY),
        site_id=site_id,
        given_name=row.text("studentfirstname"),
        middle_name=row.text("studentmiddlename"),
        family_name=row.text("studentlastname"),
        date_of_birth=row.born("birthdate"),
        gender=row.text("gender"),
        year=row.text("currentgrade"),
        national_id=reference.national_id,
        student_id=reference.student_id,
        user_name=reference.user_name,
        email=row.text("studentemail"),
        enrolments={school.school.id} if school is not None and enrolled else set(),
        extra=row.others(_STUDENT_FIELDS | others),
    )
    if not reference.keys:
        return student
    if school is not None:
        draft.school_rows.append(school)
    draft.student_rows.append(
        StudentRow(
            student=student,
            reference=reference,
            format=Format.STAR_OVERALL,
            file=row.table.file,
            line=row.line,
            as_of=row.instant("completeddate"),
        )
    )
    return student


def _school(row: Row, site_id: SiteId) -> SchoolRow | None:
    ids = [row.text(column) for column in _SCHOOL_IDS if row.text(column)]
    if not ids:
        return None
    school = School(SchoolId(ids[0]), site_id, row.text("schoolname"))
    return SchoolRow(school=school, other_ids=tuple(ids[1:]), rostered=False)
