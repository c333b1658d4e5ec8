"""The preview of an import and its review, by people and by the background step."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule

from student_transfer.errors import (
    DecisionError,
    IllegalTransitionError,
    MatchTakenError,
    NotFoundError,
    RevokedCodeError,
)
from student_transfer.imports import ImportId, ImportRow, ImportState
from student_transfer.permissions import Actor
from student_transfer.students import StudentKey
from student_transfer.testing.model.coding import Coding
from student_transfer.testing.model.identities import Place
from student_transfer.testing.model.world import (
    ADMINISTRATORS,
    HEADS,
    IMPORTS,
    SITES,
    By,
    other_site,
)


class Previewing(Coding):
    """What people and workers do with an import until it is confirmed."""

    @rule(
        target=IMPORTS, data=st.data(), site=st.sampled_from(SITES), year=st.booleans()
    )
    def ask(self, data: st.DataObject, site: str, *, year: bool) -> Any:  # noqa: ANN401 - one value or many, as Hypothesis takes them
        """LOOK-3, PREV-1: a code is asked for, entered and analysed in one go."""
        code = self.generate(data=data, site=site, year=year)
        if code is None:
            return multiple()
        import_id = self.enter(code=code, site=other_site(site))
        self.analyse(import_id=import_id)
        return import_id

    @rule(import_id=IMPORTS)
    def analyse(self, import_id: str) -> None:
        """PREV-4, PREV-7, MATCH-1: a match is always of the same child."""
        model = self.oracle.imports[import_id]
        import_ = self.service.analyse(ImportId(import_id))
        if model.state != "analysing":
            assert import_.state.value == model.state
            return
        if self.oracle.codes[model.code].state == "revoked":
            assert import_.state is ImportState.CANCELLED
            self.oracle.cancel(import_id)
            return
        assert import_.state is ImportState.READY
        model.state = "ready"
        kept = self._kept(import_id)
        preview = self.service.preview(HEADS[model.site], ImportId(import_id))
        for row in preview.rows:
            self._previewed(import_id, row.row, kept)
        matches = [one for one in model.held.values() if one is not None]
        assert len(set(matches)) == len(matches)

    def _kept(self, import_id: str) -> dict[str, str | None]:
        """Return whom people's decisions match by now, where they still hold (PREV-7).

        One that a merge has led to another row's match does not (PREV-4).
        """
        model, found = self.oracle.imports[import_id], dict[str, str | None]()
        for key in model.by_person:
            match = model.decisions[key]
            child = self.oracle.sent(import_id, key)
            if child is not None and child != model.seen[key]:
                continue
            if child is not None and match is not None:
                match = self.oracle.follow_match(import_id, key)
                if match is None or self.was_undone(
                    import_id, key, (model.site, match)
                ):
                    continue
            found[key] = match
        held = Counter(
            (model.decisions | found)[key]
            for key in model.held
            if self.oracle.sent(import_id, key) is not None
        )
        return {
            key: match
            for key, match in found.items()
            if match == model.decisions[key] or held[match] == 1
        }

    def _previewed(
        self, import_id: str, row: ImportRow, kept: Mapping[str, str | None]
    ) -> None:
        """Hold one row of a preview against what was decided and who is there."""
        model, key = self.oracle.imports[import_id], row.source_key
        there = self.oracle.sent(import_id, key)
        assert (row.incoming is None) == (there is None)
        if key in model.by_person and key not in kept:
            model.by_person.discard(key)
            assert row.needs_review
        assert row.decision.by_person == (key in model.by_person)
        model.seen[key] = there
        match = row.decision.match
        if key in model.by_person:
            assert match == kept[key]
            model.decisions[key] = match
            return
        if there is not None:
            self._check_match(model.site, model.source, key, match)
            linked = match is None and self.oracle.linked_here(import_id, key)
            assert row.needs_review or not linked
        self._decided(import_id, key, match)

    def _decided(self, import_id: str, key: str, match: str | None) -> None:
        """Keep in the oracle what is decided, and who that is."""
        model = self.oracle.imports[import_id]
        model.decisions[key] = model.looked[key] = match
        model.matched[key] = match and self.oracle.children[model.site, match]

    def was_undone(self, import_id: str, key: str, place: Place) -> bool:
        """Return whether a match of two was undone since that was decided (AFTER-2)."""
        model = self.oracle.imports[import_id]
        match = model.decisions[key]
        since = model.decided_at[key] if key in model.by_person else None
        places = self.oracle.became(place) | {(model.site, match or place[1])}
        return self.oracle.undone_since((model.source, key), places, place, since)

    def _check_match(self, site: str, source: str, key: str, match: str | None) -> None:
        """Hold a match of the library against who the children are."""
        child = self.oracle.children[source, key]
        same = [
            other
            for other in self.oracle.keys(site)
            if self.oracle.children[site, other] == child
        ]
        assert match is None or match in same

    @rule(data=st.data(), import_id=IMPORTS, by=ADMINISTRATORS)
    def review(self, data: st.DataObject, import_id: str, by: By) -> None:
        """REV-1, REV-2: any decision a person can take on a ready preview."""
        model = self.oracle.imports[import_id]
        some = st.lists(st.sampled_from(model.students), min_size=1, unique=True)
        for key in data.draw(some):
            choices = [None, "keep", *self.oracle.keys(model.site)]
            choice = data.draw(st.sampled_from(choices))
            if choice == "keep":
                self._keep(import_id, by[model.site], StudentKey(key))
            else:
                self._choose(import_id, by[model.site], StudentKey(key), choice)

    def _choose(
        self, import_id: str, actor: Actor, key: StudentKey, choice: str | None
    ) -> None:
        """REV-1, REV-2: clear the match, or choose one that is nobody else's."""
        model = self.oracle.imports[import_id]
        try:
            if choice is None:
                self.service.clear_match(actor, ImportId(import_id), key)
            else:
                chosen = StudentKey(choice)
                self.service.choose_match(
                    actor, ImportId(import_id), key, chosen, accept_unlike=True
                )
        except (IllegalTransitionError, NotFoundError):
            assert model.state != "ready"
        except RevokedCodeError:
            assert self.oracle.codes[model.code].state == "revoked"
        except MatchTakenError as taken:
            assert model.held[taken.holder] == choice
        else:
            assert model.state == "ready"
            others = [m for k, m in model.held.items() if k != key]
            assert choice is None or choice not in others
            self._decided(import_id, key, choice)
            model.by_person.add(key)
            model.decided_at[key] = self.now

    def _keep(self, import_id: str, actor: Actor, key: StudentKey) -> None:
        """REV-1, IMP-8: what can still be carried out can be kept."""
        model = self.oracle.imports[import_id]
        try:
            match = model.decisions.get(key)  # there is none before the analysis
            seen = None if match is None else StudentKey(match)
            self.service.keep_match(actor, ImportId(import_id), key, seen)
        except (IllegalTransitionError, NotFoundError):
            assert model.state != "ready"
        except RevokedCodeError:
            assert self.oracle.codes[model.code].state == "revoked"
        except DecisionError:
            assert model.decisions[key] is not None
            assert self.oracle.follow_match(import_id, key) is None
        else:
            assert model.state == "ready"
            if match is None or self.oracle.follow_match(import_id, key) == match:
                self._decided(import_id, key, match)
            model.by_person.add(key)
            model.decided_at[key] = self.now

    @rule(import_id=IMPORTS, by=ADMINISTRATORS, at_once=st.booleans())
    def analyse_again(self, import_id: str, by: By, *, at_once: bool) -> None:
        """PREV-7: only a ready preview, and not of a revoked code."""
        model = self.oracle.imports[import_id]
        revoked = self.oracle.codes[model.code].state == "revoked"
        try:
            self.service.analyse_again(by[model.site], ImportId(import_id))
        except IllegalTransitionError:
            assert model.state != "ready"
        except RevokedCodeError:
            assert revoked
        else:
            assert model.state == "ready"
            model.state = "analysing"
            if at_once:
                self.analyse(import_id)
