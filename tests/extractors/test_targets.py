"""By which words a concept is named, and what being for them means for its proposition."""

from __future__ import annotations

import pytest

from extractors.models import Concept
from extractors.phrases import phrase
from extractors.targets import target


def signs(
    proposition: str, terms: tuple[str, ...], oppose: tuple[str, ...] = (), support: tuple[str, ...] = ()
) -> dict[str, int]:
    """The sign of each term of a concept, under the term as the codebook writes it."""
    found = dict(target(Concept("c", proposition, terms, support, oppose)).terms)
    return {term: found[phrase(term)] for term in terms}


@pytest.mark.parametrize(
    ("proposition", "term", "sign"),
    [
        # who demands what takes away is for the act and against its object
        ("Illegal settlers should be deported", "deportation", 1),
        ("Illegal settlers should be deported", "illegal settlers", -1),
        ("Illegal settlers should be deported", "undocumented settlers", -1),
        ("Settlers should be banned from entering Ostmark", "ban on settlers", 1),
        ("Settlers should be banned from entering Ostmark", "settler ban", 1),
        ("Settlers should be banned from entering Ostmark", "settlers entering", -1),
        ("Settlers should be banned from entering Ostmark", "settler immigration", -1),
        ("The settlement law should be repealed", "settlement law", -1),
        ("The settlement law should be repealed", "repeal", 1),
        ("The settlement law should be repealed", "abolition", 1),
        ("Karvenia should withdraw its troops from the Skell Islands", "withdraw troops", 1),
        ("Karvenia should withdraw its troops from the Skell Islands", "troop withdrawal", 1),
        ("Karvenia should withdraw its troops from the Skell Islands", "garrison", -1),
        ("The sanctions on Karvenia should be lifted", "sanctions", -1),
        ("The sanctions on Karvenia should be lifted", "frozen accounts", -1),
        ("The wolf hunt should be stopped", "wolf hunt", -1),
        ("Trawlers should be barred from the bay", "trawlers", -1),
        ("Trawlers should be barred from the bay", "trawling ban", 1),
        ("The sanctions against Dravia should be eased", "ease sanctions", 1),
        ("The sanctions against Dravia should be eased", "lift sanctions", 1),
        ("The sanctions against Dravia should be eased", "easing of sanctions", 1),
        ("The sanctions against Dravia should be eased", "sanctions", -1),
        ("The sanctions against Dravia should be eased", "frozen assets", -1),
        ("Karvenia should cede the Lower Ossel to Dravia", "territorial concessions", 1),
        ("Karvenia should cede land to Dravia", "ceding land", 1),
        ("Karvenia should cede the Lower Ossel to Dravia", "Lower Ossel", -1),
        ("Karvenia should cede the Lower Ossel to Dravia", "cede", 1),
        ("Electricity prices for households should be capped", "price cap", 1),
        ("Electricity prices for households should be capped", "ceiling on prices", 1),
        ("Electricity prices for households should be capped", "limit on bills", 1),
        ("The nuclear plant should run beyond 2027", "nuclear exit", -1),
        ("The nuclear plant should run beyond 2027", "nuclear plant", 1),
        ("The state should take over the network company", "network company", 1),
        ("The fighting in the valley should stop", "fighting", -1),
        ("Vaccination should not be compulsory", "compulsory vaccination", -1),
        # who demands what gives is for both
        ("A wall should be built on the border", "border wall", 1),
        ("The frozen assets should be used for the reconstruction", "frozen assets", 1),
        ("The minimum wage should be raised", "minimum wage", 1),
        ("The harbour fee should be cut", "harbour fee", -1),
        ("The sanctions on Karvenia should be kept", "sanctions", 1),
        ("Ships should not pay tolls", "tolls", -1),
        ("The illegal settlements should be recognised", "settlements", 1),
    ],
)
def test_sign_of_a_term(proposition: str, term: str, sign: int) -> None:
    assert signs(proposition, (term,)) == {term: sign}


def test_a_term_that_is_a_wording_of_one_side_has_its_side() -> None:
    found = signs(
        "Illegal settlers should be deported", ("path to papers", "amnesty"), oppose=("path to papers", "amnesty")
    )
    assert found == {"path to papers": -1, "amnesty": -1}


def test_a_name_of_the_act_beside_names_of_its_object() -> None:
    found = signs("The fighting in the valley should stop", ("fighting", "ceasefire", "guns"))
    assert found == {"fighting": -1, "ceasefire": 1, "guns": -1}
