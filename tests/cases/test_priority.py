import json

import pytest
from hypothesis import given, strategies as st

from cases.models import DANGER_NAMES, HARM_NAMES, RULE_NAMES
from cases.priority import (
    BY_HAND,
    CHILD,
    FLOOR,
    IMAGE_HARMS,
    MERGED,
    RULES,
    SEEN_RULES,
    AgeBand,
    Conditions,
    Danger,
    Facts,
    Harm,
    Level,
    Rule,
    Seen,
    band,
    is_new,
    rate,
    rate_seen,
)

any_facts = st.builds(Facts, harm=st.sampled_from(Harm), age_now=st.sampled_from(AgeBand), age_then=st.sampled_from(AgeBand),
                      dangers=st.frozensets(st.sampled_from(Danger)))


@given(any_facts)
def test_danger_to_life_is_always_first(facts: Facts) -> None:
    if facts.dangers & {Danger.LIFE, Danger.SELF_HARM, Danger.TAKEN}:
        assert rate(facts).level == Level.P1


@given(any_facts, st.sampled_from(Danger))
def test_more_danger_never_lowers_the_priority(facts: Facts, danger: Danger) -> None:
    worse = Facts(facts.harm, facts.age_now, facts.age_then, facts.dangers | {danger})
    assert rate(worse).level <= rate(facts).level


@given(any_facts)
def test_pictures_of_a_child_are_never_below_high(facts: Facts) -> None:
    if facts.harm in IMAGE_HARMS and (facts.age_now in CHILD or facts.age_then in CHILD):
        assert facts.child
        assert rate(facts).level <= Level.P2


def test_a_false_blasphemy_accusation_is_urgent() -> None:
    assert rate(Facts(Harm.BLASPHEMY_ACCUSATION)).level == Level.P1


def test_an_adults_old_pictures_from_childhood_count_as_a_childs() -> None:
    assert Facts(Harm.INTIMATE_IMAGES, AgeBand.ADULT, AgeBand.FROM_16_TO_17).child
    assert not Facts(Harm.DOXXING, AgeBand.ADULT, AgeBand.FROM_16_TO_17).child


def test_bands_meet_without_a_gap() -> None:
    assert [band(age) for age in (0, 12, 13, 15, 16, 17, 18, 99)] == [
        AgeBand.UNDER_13, AgeBand.UNDER_13, AgeBand.FROM_13_TO_15, AgeBand.FROM_13_TO_15,
        AgeBand.FROM_16_TO_17, AgeBand.FROM_16_TO_17, AgeBand.ADULT, AgeBand.ADULT]
    assert band(None) == AgeBand.UNKNOWN


def test_everything_has_a_name() -> None:
    assert set(HARM_NAMES) == set(Harm)
    assert set(DANGER_NAMES) == set(Danger)
    assert set(RULE_NAMES) == {rule.code for rule in (*RULES, *SEEN_RULES)} | {BY_HAND, MERGED}


@pytest.mark.parametrize(("seen", "code", "level"), [
    (Seen(cases=1), "seen", Level.P3), (Seen(cases=2), "seen_often", Level.P2),
    (Seen(cases=9, child=True), "seen_with_child", Level.P2), (Seen(listed=True, cases=3), "listed", Level.P2),
    (Seen(listed=True, child_listed=True, child=True), "listed_child", Level.P2)])
def test_where_else_a_picture_is_known_has_rules_of_its_own(seen, code, level):
    rule = rate_seen(seen)
    assert (rule.code, rule.level) == (code, level)


def test_a_picture_known_nowhere_fires_none():
    assert rate_seen(Seen()) is None


def test_a_rule_about_pictures_fires_once_and_then_only_a_stronger_one():
    order = [rule.code for rule in SEEN_RULES]
    for place, rule in enumerate(SEEN_RULES):
        assert is_new(rule, "")
        assert [is_new(rule, fired) for fired in order] == [place < other for other in range(len(order))]


# --- conditions, as data ----------------------------------------------------------------------------------------------
any_conditions = st.builds(
    Conditions, harm=st.frozensets(st.sampled_from([harm.value for harm in Harm]), max_size=3),
    danger=st.frozensets(st.sampled_from([danger.value for danger in Danger]), max_size=2),
    child=st.sampled_from([frozenset(), frozenset({"yes"}), frozenset({"no"})]),
    seen=st.frozensets(st.sampled_from([rule.code for rule in SEEN_RULES]), max_size=2))


@given(any_conditions)
def test_conditions_come_back_from_the_database_as_they_went(conditions: Conditions) -> None:
    assert Conditions.read(json.loads(json.dumps(conditions.data()))) == conditions


@given(any_facts, st.lists(st.builds(Rule, code=st.just("own"), level=st.sampled_from(Level), when=any_conditions), max_size=4))
def test_no_setting_puts_danger_to_life_below_urgent(facts: Facts, rules: list[Rule]) -> None:
    """Whatever the ministry's rules are, also none."""
    if any(rule.fires(facts) for rule in FLOOR):
        assert rate(facts, rules).level == Level.P1
    elif not any(rule.fires(facts) for rule in rules):
        assert rate(facts, rules).code == "other"


@given(any_facts, any_conditions, any_conditions)
def test_more_conditions_never_make_a_rule_fire_more_often(facts: Facts, a: Conditions, b: Conditions) -> None:
    both = {name: values for name, values in (a.named() | b.named()).items() if name not in a.named() or name not in b.named()}
    narrower = Conditions.read(both | {name: a.named()[name] & b.named()[name] or {"nothing"}
                                       for name in a.named().keys() & b.named().keys()})
    assert not narrower.hold(facts) or (a.hold(facts) and b.hold(facts))
