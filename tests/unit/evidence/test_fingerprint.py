from console.core.events import EventError
from console.evidence.fingerprint import group_of

K_PL = "local code K-PL has no LOINC code in map lab-local-loinc version 12"


def test_that_the_same_fault_in_another_place_of_another_message_is_one_group() -> None:
    first = group_of(EventError("code-not-mapped", K_PL, "OBX[2]-3"), hop="map")
    second = group_of(EventError("code-not-mapped", K_PL, "OBX[7]-3"), hop="map")
    assert first == second
    assert first.title == "Local code K-PL has no LOINC code in map lab-local-loinc version 12"


def test_that_another_code_hop_or_destination_is_another_group() -> None:
    error = EventError("code-not-mapped", K_PL, "OBX[2]-3")
    other = EventError("code-not-mapped", K_PL.replace("K-PL", "NA-PL"), "OBX[2]-3")
    keys = {
        group_of(error, hop="map").key,
        group_of(other, hop="map").key,
        group_of(error, hop="deliver").key,
        group_of(error, hop="map", destination="ehr").key,
    }
    assert len(keys) == 4


def test_that_ids_in_a_servers_words_do_not_split_a_group() -> None:
    def refusal(identity: str) -> EventError:
        return EventError("http-422", f"Observation/{identity} entry[3]: reference 9990147213 is not valid")

    first = group_of(refusal("3f2b0c52-0000-7000-8000-000000000001"), hop="deliver", destination="ehr")
    second = group_of(refusal("8c1e0f04-0000-8000-8000-000000118204"), hop="deliver", destination="ehr")
    assert first == second
    assert "9990147213" not in first.title


def test_that_an_error_without_words_is_named_by_its_code() -> None:
    assert group_of(EventError("bug", ""), hop="map").title == "bug"
