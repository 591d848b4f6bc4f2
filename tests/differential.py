"""Random queries over the simulated account, the same ones for the same seed.

Every query is written twice: for the driver, whose dialect has more forms, and for plain SQLite, which knows booleans as
numbers and timestamps as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from differential_tables import KINDS, SIDS, TABLES, Column, Kind, Source, Vocabulary
from differential_values import Values, quote

COMPARISONS = ["=", "=", "=", "<>", "<", "<=", ">", ">="]
PATTERNS = ["S%", "s%", "%LINE", "%e%", "_o%", "cf%", "%-progress", "%r'%", "%", "", "Support line"]
FRAMES = [
    "ROWS UNBOUNDED PRECEDING", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "ROWS BETWEEN 2 FOLLOWING AND UNBOUNDED FOLLOWING",
    "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", "GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
]  # fmt: skip
# Rows that a join without a key may have: what is longer only takes time.
MANY = 700
DEEPEST = 2


@dataclass(frozen=True)
class From:
    """A FROM clause, and the conditions that WHERE has to have."""

    sql: str
    sources: tuple[Source, ...]
    conditions: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return max(source.rows for source in self.sources)


@dataclass(frozen=True)
class Select:
    """A query without ORDER BY and LIMIT, which may sort by the columns of `sources`, too."""

    sql: str
    columns: tuple[Column, ...]
    rows: int
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Query:
    sql: str
    parameters: list[object]
    plain: str
    plain_parameters: list[object]
    kinds: tuple[Kind, ...]
    # Whether the order of the rows is determined; whether they are.
    ordered: bool
    counted: bool


class Generator(Values):
    def __init__(self, seed: int, vocabulary: Vocabulary) -> None:
        super().__init__(seed, vocabulary)
        self.names = 0
        # Common table expressions.
        self.commons: list[Source] = []

    def query(self) -> Query:
        self.marks, self.names, self.commons = [], 0, []
        before = self.with_commons()
        select = self.select(0)
        ordered, counted, sql = self.arranged(select)
        driver, plain = self.complete(before + sql)
        return Query(*driver, *plain, tuple(column.kind for column in select.columns), ordered, counted)

    def new(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    # Conditions

    def column(self, source: Source) -> Column:
        if source.pushed and self.chance(0.5):
            name = self.one_of(source.pushed)
            return next(column for column in source.columns if column.name == name)
        return self.one_of(source.columns)

    def condition(self, sources: Sequence[Source], depth: int) -> str:
        chance = self.random.random()
        if depth < DEEPEST and chance < 0.4:
            if chance < 0.06:
                return f"NOT ({self.condition(sources, depth + 1)})"
            if chance < 0.25:
                between = self.one_of([" OR ", " OR ", " AND "])
                return f"({between.join(self.condition(sources, depth + 1) for _ in range(self.one_of([2, 2, 3])))})"
            return self.one_of([self.is_in_query, self.exists, self.equals_query])(sources, depth)
        source = self.one_of(sources)
        return self.one_of(
            [self.compares] * 8 + [self.is_null, self.is_in, self.is_between, self.is_like] * 2
            + [self.is_distinct, self.coalesces, self.compares_columns, self.holds, self.compares_rows]
        )(source, self.column(source), sources)  # fmt: skip

    def compares(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        left, right = source[column], self.value(column)
        if self.chance(0.1):
            left, right = right, left
        return f"{left} {self.one_of(COMPARISONS)} {right}"

    def is_null(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        return f"{source[column]} IS {self.perhaps('NOT ')}NULL"

    def is_in(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        values = ", ".join(self.value(column) for _ in range(self.random.randint(1, 4)))
        return f"{source[column]} {self.perhaps('NOT ', 0.3)}IN ({values})"

    def is_between(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        return f"{source[column]} {self.perhaps('NOT ', 0.3)}BETWEEN {self.value(column)} AND {self.value(column)}"

    def is_like(self, source: Source, column: Column, sources: Sequence[Source]) -> str:
        texts = source.of("text")
        if not texts:
            return self.compares(source, column, sources)
        left = f"{source[self.one_of(texts)]} {self.perhaps('NOT ', 0.3)}LIKE"
        if self.chance(0.1):
            return rf"{left} '%100\%' ESCAPE '\'"
        pattern = self.one_of(PATTERNS)
        return f"{left} {self.parameter(pattern, pattern) if self.chance(0.3) else quote(pattern)}"

    def is_distinct(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        return f"{source[column]} IS {self.perhaps('NOT ')}DISTINCT FROM {self.value(column)}"

    def coalesces(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        return f"COALESCE({source[column]}, {self.operand(column)}) {self.one_of(COMPARISONS)} {self.operand(column)}"

    def compares_columns(self, source: Source, column: Column, sources: Sequence[Source]) -> str:
        alike = [other[one] for other in sources for one in other.of(column.kind)]
        return f"{source[column]} {self.one_of(COMPARISONS)} {self.one_of(alike)}"

    def compares_rows(self, source: Source, column: Column, _: Sequence[Source]) -> str:
        other = self.column(source)
        return f"({source[column]}, {source[other]}) {self.one_of(COMPARISONS)} ({self.value(column)}, {self.value(other)})"

    def holds(self, source: Source, column: Column, sources: Sequence[Source]) -> str:
        booleans = source.of("boolean")
        if not booleans:
            return self.compares(source, column, sources)
        return self.perhaps("NOT ") + source[self.one_of(booleans)]

    # Conditions on sub-queries, which may name the rows outside

    def inner(self, kind: Kind = "text") -> Source:
        """A table with a column of that kind under a new alias."""
        return replace(TABLES[self.table(kind)], alias=self.new("i"))

    def table(self, kind: Kind = "text") -> str:
        # Keys and the lists below them are what is most easily got wrong.
        names = [*TABLES, "Conferences", "ConferenceParticipants"]
        return self.one_of([name for name in names if TABLES[name].of(kind)])

    def from_inner(self, inner: Source, sources: Sequence[Source], depth: int) -> str:
        name = next(name for name, one in TABLES.items() if one.columns == inner.columns)
        link = self.link(sources, inner) if self.chance(0.5) else ""
        conditions = [link or self.condition([inner], depth + 1)]
        if self.chance(0.4):
            conditions.append(self.condition([inner, *sources], depth + 1))
        return f"FROM {name} {inner.alias} WHERE {' AND '.join(conditions)}"

    def link(self, sources: Sequence[Source], inner: Source) -> str:
        """An equality of two columns of one domain, SIDs above all; nothing if there are none."""
        pairs = [
            (source[theirs], inner[own], own.domain in SIDS)
            for source in sources
            for theirs in source.columns
            for own in inner.columns
            if own.domain and own.domain == theirs.domain and own.kind == "text"
        ]
        keys = [pair for pair in pairs if pair[2]]
        keys = [pair for pair in keys if pair[1].endswith("Sid")] or keys
        if not pairs:
            return ""
        sides = list(self.one_of(keys if keys and self.chance(0.85) else pairs)[:2])
        self.random.shuffle(sides)
        return " = ".join(sides)

    def is_in_query(self, sources: Sequence[Source], depth: int) -> str:
        inner, outer = self.inner(), self.one_of(sources)
        column = self.column(inner)
        alike = [one for one in outer.of(column.kind) if one.domain == column.domain] or outer.of(column.kind)
        if not alike:
            return self.exists(sources, depth)
        query = f"SELECT {inner[column]} {self.from_inner(inner, sources, depth)}"
        return f"{outer[self.one_of(alike)]} {self.perhaps('NOT ', 0.3)}IN ({query})"

    def exists(self, sources: Sequence[Source], depth: int) -> str:
        return f"{self.perhaps('NOT ')}EXISTS (SELECT 1 {self.from_inner(self.inner(), sources, depth)})"

    def equals_query(self, sources: Sequence[Source], depth: int) -> str:
        outer = self.one_of(sources)
        column = self.column(outer)
        if column.kind in ("boolean", "number"):
            inner = self.inner()
            return f"{outer[column]} {self.one_of(COMPARISONS)} (SELECT COUNT(*) {self.from_inner(inner, sources, depth)})"
        return f"{outer[column]} {self.one_of(COMPARISONS)} {self.greatest(column.kind, sources, depth)}"

    def greatest(self, kind: Kind, sources: Sequence[Source], depth: int) -> str:
        inner = self.inner(kind)
        one = inner[self.one_of(inner.of(kind))]
        if self.chance(0.3):
            order = ", ".join(f"{inner.alias}.{name}{self.perhaps(' DESC')}" for name in inner.key)
            return f"(SELECT {one} {self.from_inner(inner, sources, depth)} ORDER BY {one}, {order} LIMIT 1)"
        return f"(SELECT {self.one_of(['MIN', 'MAX'])}({one}) {self.from_inner(inner, sources, depth)})"

    # Expressions

    def expression(self, kind: Kind, sources: Sequence[Source], depth: int) -> str:
        columns = [source[column] for source in sources for column in source.of(kind)]
        if columns and self.chance(0.6):
            return self.one_of(columns)
        return self.computed(kind, sources, depth)

    def computed(self, kind: Kind, sources: Sequence[Source], depth: int) -> str:
        some = Column("", kind)

        def again(kind: Kind) -> str:
            return self.expression(kind, sources, depth + 1) if depth < DEEPEST else self.operand(Column("", kind))

        def anything() -> str:
            return self.one_of(
                [
                    lambda: f"COALESCE({again(kind)}, {self.operand(some)})",
                    lambda: f"NULLIF({again(kind)}, {self.operand(some)})",
                    lambda: f"CASE WHEN {self.condition(sources, depth + 1)} THEN {again(kind)} ELSE {self.operand(some)} END",
                    lambda: f"CASE {again('text')} WHEN {self.operand(Column('', 'text'))} THEN {again(kind)} END",
                ]
            )()

        match kind:
            case "text":
                forms = [
                    anything,
                    lambda: f"{self.one_of(['UPPER', 'LOWER'])}({again('text')})",
                    lambda: f"SUBSTR({again('text')}, {self.random.randint(1, 3)}, {self.random.randint(1, 5)})",
                    lambda: f"{again('text')} || '/' || {again('text')}",
                    lambda: self.greatest("text", sources, depth),
                ]
            case "number":
                forms = [
                    anything,
                    lambda: f"LENGTH({again('text')})",
                    lambda: f"{again('number')} {self.one_of(['+', '-', '*'])} {again('number')}",
                    lambda: f"(SELECT COUNT(*) {self.from_inner(self.inner(), sources, depth)})",
                ]
            case "decimal":
                forms = [
                    anything,
                    lambda: f"{again('decimal')} {self.one_of(['+', '-'])} {again('decimal')}",
                    lambda: f"{again('decimal')} * {again('number')}",
                    lambda: f"ABS({again('decimal')})",
                    lambda: self.greatest("decimal", sources, depth),
                ]
            case "boolean":
                forms = [anything, lambda: self.condition(sources, depth + 1)]
            case "timestamp":
                forms = [anything, lambda: self.greatest("timestamp", sources, depth)]
        return f"({self.one_of(forms)()})"

    # FROM

    def relation(self, depth: int) -> tuple[str, Source]:
        """A table, a derived table or a common table expression, with its alias."""
        if depth < DEEPEST and self.chance(0.25):
            select = self.select(depth + 1)
            _, _, sql = self.arranged(select, nested=True)
            alias = self.new("d")
            return f"({sql}) {alias}", self.source(alias, select)
        if self.commons and self.chance(0.5):
            common = self.one_of(self.commons)
            alias = self.new("w")
            return f"{common.alias} {alias}", replace(common, alias=alias)
        alias, name = self.new("t"), self.table()
        return f"{name} {alias}", replace(TABLES[name], alias=alias)

    def source(self, alias: str, select: Select) -> Source:
        return Source(alias, select.columns, tuple(column.name for column in select.columns), select.rows)

    def from_(self, depth: int, sides: Sequence[str] = ("", "LEFT ", "RIGHT ", "FULL ")) -> From:
        sql, first = self.relation(depth)
        start = From(sql, (first,))
        for _ in range(self.one_of([0, 0, 1, 1, 1, 2])):
            start = self.join(start, depth, sides)
        return start

    def join(self, start: From, depth: int, sides: Sequence[str]) -> From:
        sql, right = self.relation(depth)
        sources = (*start.sources, right)
        shared = {column.name for column in right.columns if column.domain in SIDS}
        shared &= {column.name for column in start.sources[0].columns}
        if shared and len(sources) == 2 and self.chance(0.5):
            return From(f"{start.sql} {self.one_of(sides)}JOIN {sql} USING ({self.one_of(sorted(shared))})", sources)
        link = self.link(start.sources, right)
        if not link:
            if start.rows * right.rows > MANY:
                return start
            grown = replace(right, rows=start.rows * right.rows)
            sources = (*start.sources, grown)
            if self.chance(0.3):
                ways = ["CROSS JOIN", *["NATURAL JOIN", "NATURAL LEFT JOIN"] * self.is_natural(start, right)]
                return From(f"{start.sql} {self.one_of(ways)} {sql}", sources)
            link = self.condition(sources, DEEPEST)
        elif self.chance(0.25):
            between = self.one_of([", ", " CROSS JOIN "])
            return From(f"{start.sql}{between}{sql}", sources, (*start.conditions, link))
        side = self.one_of(["", "", "INNER ", "LEFT ", "LEFT OUTER ", *sides])
        if self.chance(0.3):
            link += f" AND {self.condition(sources, DEEPEST)}"
        return From(f"{start.sql} {side}JOIN {sql} ON {link}", sources, start.conditions)

    def is_natural(self, start: From, right: Source) -> bool:
        """Whether the columns of the same name can be compared, and SQLite says which of them are meant."""
        kinds = {column.name: column.kind for column in right.columns}
        shared = [column for source in start.sources for column in source.columns if column.name in kinds]
        distinct = len({column.name for column in shared}) == len(shared)
        return all(column.kind == kinds[column.name] for column in shared) and (
            distinct or not ("RIGHT " in start.sql or "FULL " in start.sql)
        )

    def where(self, start: From, depth: int) -> str:
        conditions = [*start.conditions]
        conditions += [self.condition(start.sources, depth) for _ in range(self.one_of([0, 0, 1, 1, 2]))]
        return " WHERE " + " AND ".join(conditions) if conditions else ""

    def with_commons(self) -> str:
        """WITH, if there is one; what it names is in `commons` from then on."""
        if not self.chance(0.25):
            return ""
        parts = []
        for _ in range(self.one_of([1, 1, 2])):
            name = self.new("c")
            if self.chance(0.3):
                columns = (Column("n", "number"),)
                sql = f"SELECT 1 UNION ALL SELECT {name}.n + 1 FROM {name} WHERE {name}.n < {self.random.randint(2, 5)}"
                common = Source(name, columns, ("n",), 5)
            elif self.chance(0.4):
                columns = (Column("CallSid", "text", "call"), Column("Coach", "text", "call"), Column("Level", "number"))
                first, then = (replace(TABLES["ConferenceParticipants"], alias=self.new("i")) for _ in range(2))
                sql = f"""SELECT {first.alias}.CallSid, {first.alias}.CallSidToCoach, 0 FROM ConferenceParticipants {first.alias}
                    WHERE {self.condition([first], 1)}
                    UNION ALL SELECT {then.alias}.CallSid, {then.alias}.CallSidToCoach, {name}.Level + 1
                    FROM {name} JOIN ConferenceParticipants {then.alias} ON {then.alias}.CallSid = {name}.Coach
                    WHERE {name}.Level < 3"""
                common = Source(name, columns, ("CallSid", "Coach", "Level"), 30)
            else:
                select = self.select(1)
                _, _, sql = self.arranged(select, nested=True)
                common = self.source(name, select)
            parts.append(f"{name} ({', '.join(column.name for column in common.columns)}) AS ({sql})")
            self.commons.append(common)
        return f"WITH RECURSIVE {', '.join(parts)} "

    # Queries

    def select(self, depth: int) -> Select:
        return self.one_of([self.rows] * 9 + [self.groups] * 5 + [self.windows] * 3 + [self.compound] * 3)(depth)

    def listed(self, items: Sequence[tuple[str, Column]]) -> tuple[str, tuple[Column, ...]]:
        """A select list. Most columns get a name of their own, some that of another column."""
        names: list[str] = []
        for expression, column in items:
            own = column.name if column.name and column.name not in names else ""
            other = self.one_of([name for name, kind in KINDS.items() if kind == column.kind] or [""])
            name = own if self.chance(0.3) else other if self.chance(0.15) and other not in names else ""
            names.append(name or self.new("k"))
        sql = ", ".join(f"{expression} AS {name}" for (expression, _), name in zip(items, names))
        return sql, tuple(replace(column, name=name) for (_, column), name in zip(items, names))

    def item(self, start: From, depth: int) -> tuple[str, Column]:
        source = self.one_of(start.sources)
        if self.chance(0.6):
            column = self.one_of(source.columns)
            return source[column], column
        kind = self.one_of(["text", "text", "number", "boolean", "timestamp", "decimal"])
        return self.computed(kind, start.sources, depth), Column("", kind)

    def rows(self, depth: int) -> Select:
        start = self.from_(depth)
        tail = f" FROM {start.sql}{self.where(start, depth)}"
        if self.chance(0.1) and len(start.sources) == 1:
            (source,) = start.sources
            return Select(f"SELECT {self.one_of(['*', source.alias + '.*'])}{tail}", source.columns, start.rows, start.sources)
        items, columns = self.listed([self.item(start, depth) for _ in range(self.random.randint(1, 5))])
        if self.chance(0.2):
            return Select(f"SELECT DISTINCT {items}{tail}", columns, start.rows)
        return Select(f"SELECT {items}{tail}", columns, start.rows, start.sources)

    def groups(self, depth: int) -> Select:
        start = self.from_(depth)
        keys = [self.item(start, DEEPEST) for _ in range(self.random.randint(0, 2))]
        aggregates = [self.aggregate(start, depth) for _ in range(self.random.randint(1, 3))]
        items, columns = self.listed(keys + aggregates)
        sql = f"SELECT {items} FROM {start.sql}{self.where(start, depth)}"
        if keys:
            expressions, ordinals = [key for key, _ in keys], [str(index + 1) for index in range(len(keys))]
            sql += f" GROUP BY {', '.join(self.one_of([expressions, ordinals]))}"
            sql += self.one_of(["", "", f" HAVING {aggregates[0][0]} IS NOT NULL", f" HAVING COUNT(*) > {self.random.randint(1, 3)}"])
        return Select(sql, columns, start.rows)

    def aggregate(self, start: From, depth: int) -> tuple[str, Column]:
        expression, column = self.item(start, depth)
        number = Column("", "number")
        choices = [
            ("COUNT(*)", number),
            (f"COUNT({expression})", number),
            (f"COUNT(DISTINCT {expression})", number),
            (f"MIN({expression})", replace(column, name="")),
            (f"MAX({expression})", replace(column, name="")),
            (f"SUM(CASE WHEN {self.condition(start.sources, DEEPEST)} THEN 1 ELSE 0 END)", number),
        ]
        if column.kind in ("boolean", "number"):
            choices += [(f"{name}({expression})", number) for name in ("SUM", "AVG")]
        if column.kind == "decimal":
            mean, price = self.mark("AVG", "MEAN"), Column("", "decimal")
            choices += [(f"{name}({expression})", price) for name in ("SUM", "SUM", mean, mean)]
            choices += [(f"{name}(DISTINCT {expression})", price) for name in ("SUM", mean)]
        sql, typed = self.one_of(choices)
        return sql + self.perhaps(f" FILTER (WHERE {self.condition(start.sources, DEEPEST)})", 0.25), typed

    def windows(self, depth: int) -> Select:
        start = self.from_(depth)
        # With all of it the order is a total one, as far as can be seen.
        total = [f"{source.alias}.{name}{self.perhaps(' DESC', 0.3)}" for source in start.sources for name in source.key]
        expression, column = self.item(start, DEEPEST)
        number = Column("", "number")
        function, typed = self.one_of(
            [(f"{name}({expression})", replace(column, name="")) for name in ("LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "MIN", "MAX")]
            + [(f"{name}()", number) for name in ("ROW_NUMBER", "RANK", "DENSE_RANK")]
            + [(f"SUM({expression})", column) for _ in range(3) if column.kind == "decimal"]
            + [(f"NTILE({self.random.randint(2, 4)})", number), ("COUNT(*)", number), (f"COUNT({expression})", number)]
        )
        order = [self.one_of(total)] if "RANK" in function else total
        framed = function.startswith(("COUNT", "M", "FIRST", "LAST", "SUM"))
        frame = f" {self.one_of(FRAMES)}" if framed and self.chance(0.5) else ""
        part = self.perhaps(f"PARTITION BY {self.item(start, DEEPEST)[0]} ", 0.7)
        over = f"{part}ORDER BY {', '.join(order)}{frame}"
        tail = f" FROM {start.sql}{self.where(start, depth)}"
        if self.chance(0.2):
            tail, over = f"{tail} WINDOW wd AS ({over})", "wd"
        else:
            over = f"({over})"
        others = [self.item(start, DEEPEST) for _ in range(self.random.randint(1, 3))]
        items, columns = self.listed([*others, (f"{function} OVER {over}", typed)])
        return Select(f"SELECT {items}{tail}", columns, start.rows)

    def compound(self, depth: int) -> Select:
        kinds = [self.one_of(["text", "text", "timestamp", "boolean", "number", "decimal"]) for _ in range(self.random.randint(1, 3))]
        first = self.arm(kinds, depth)
        sql, rows = first.sql, first.rows
        for _ in range(self.one_of([1, 1, 2])):
            operator, arm = self.one_of(["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]), self.arm(kinds, depth)
            rows += arm.rows
            # SQLite has no parentheses here, and goes from left to right.
            if operator == "INTERSECT":
                sql = f"{self.mark('(', '')}{sql}{self.mark(')', '')}"
            sql = f"{sql} {operator} {arm.sql}"
        return Select(sql, first.columns, rows)

    def arm(self, kinds: Sequence[Kind], depth: int) -> Select:
        # SQLite 3.40 errs where a UNION ALL with RIGHT or FULL JOIN is in a sub-query.
        start = self.from_(depth + 1, ("", "LEFT "))
        items, columns = self.listed([(self.expression(kind, start.sources, depth + 1), Column("", kind)) for kind in kinds])
        return Select(f"SELECT {items} FROM {start.sql}{self.where(start, depth + 1)}", columns, start.rows)

    # ORDER BY and LIMIT

    def arranged(self, select: Select, nested: bool = False) -> tuple[bool, bool, str]:
        """Whether the rows are in a determined order, whether only their number is determined, and the text.

        It sorts by all columns, so that rows which are equal in the order are equal."""
        chance = self.random.random()
        if chance < 0.15 or nested and chance < 0.7:
            return False, False, select.sql
        if chance < 0.2:
            return False, True, self.limited(select, "")
        ways = ["", " ASC", " DESC", " DESC NULLS LAST", " NULLS FIRST", " DESC NULLS FIRST", " NULLS LAST"]
        terms = [self.one_of([str(index + 1), column.name]) for index, column in enumerate(select.columns)]
        self.random.shuffle(terms)
        if select.sources and self.chance(0.3):
            kind = self.one_of(["text", "number", "boolean", "timestamp", "decimal"])
            terms.insert(0, self.computed(kind, select.sources, DEEPEST))
        order = " ORDER BY " + ", ".join(term + self.one_of(ways) for term in terms)
        return True, False, self.limited(select, order) if self.chance(0.5) else select.sql + order

    def limited(self, select: Select, order: str) -> str:
        count, skipped = self.random.randint(0, 6), self.random.randint(0, 4)
        number = self.parameter(count, count) if self.chance(0.2) else str(count)
        forms = [
            f" LIMIT {number}",
            f" LIMIT {count} OFFSET {skipped}",
            f" LIMIT {skipped}, {count}",
            self.mark(f" FETCH FIRST {count} ROWS ONLY", f" LIMIT {count}"),
            self.mark(f" OFFSET {skipped} ROWS FETCH NEXT {count} ROWS ONLY", f" LIMIT {count} OFFSET {skipped}"),
        ]
        if select.sources and self.chance(0.3):
            top = self.mark(f"TOP {count} ", "")
            return select.sql.replace("SELECT ", f"SELECT {top}", 1) + order + self.mark("", f" LIMIT {count}")
        return select.sql + order + self.one_of(forms)
