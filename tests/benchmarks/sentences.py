"""English statements as people make them of themselves, no two alike, and questions about them."""

import random
from collections.abc import Iterator

PEOPLE = (
    "Clara",
    "Jonas",
    "Priya",
    "Tom",
    "Wanjiru",
    "Mateo",
    "Yuki",
    "Ingrid",
    "Omar",
    "Beatriz",
    "Liam",
    "Anouk",
)
RELATIONS = (
    "sister",
    "brother",
    "neighbour",
    "colleague",
    "boss",
    "aunt",
    "dentist",
    "best friend",
    "landlord",
)
CITIES = (
    "Lisbon",
    "Porto",
    "Graz",
    "Osaka",
    "Nairobi",
    "Leeds",
    "Montreal",
    "Ghent",
    "Oslo",
    "Valparaíso",
    "Kraków",
)
THINGS = (
    "bicycle",
    "kettle",
    "camera",
    "guitar",
    "tent",
    "laptop",
    "sofa",
    "watch",
    "coat",
    "violin",
    "drill",
    "kayak",
)
COLOURS = ("red", "green", "dark blue", "yellow", "grey", "white", "orange", "turquoise")
FOODS = (
    "coriander",
    "olives",
    "rye bread",
    "oysters",
    "goat cheese",
    "ramen",
    "rhubarb",
    "lentils",
    "figs",
    "kimchi",
)
WORK = (
    "the budget report",
    "the garden fence",
    "a talk on bees",
    "the tax form",
    "a short film",
    "the new website",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "March", "April", "June", "July", "September", "October", "December")

TEMPLATES = (
    "My {relation} {person} moved to {city} in {month}.",
    "I bought a {colour} {thing} in {city} for {number} euros.",
    "{person} and I meet every {day} at {number} past six.",
    "I cannot stand {food}, but {person} eats it every {day}.",
    "I have to finish {work} before {number} {month}.",
    "The doctor in {city} said that I should avoid {food} for {number} weeks.",
    "My {thing} broke on {day} and the repair costs {number} euros.",
    "{person}, my {relation}, is allergic to {food}.",
    "We spent {number} days in {city} last {month} and ate {food} each evening.",
    "My flight to {city} leaves on {number} {month} with {person}.",
    "{person} lent me a {colour} {thing} until {day}.",
    "I have been working on {work} with {person} since {month}.",
)
QUESTIONS = (
    "Where did my {relation} {person} move to?",
    "What colour is the {thing} that I bought in {city}?",
    "When do I meet {person}?",
    "Which food does {person} not tolerate?",
    "When must {work} be finished?",
    "When is my flight to {city}?",
    "Who lent me a {thing}?",
    "What did we eat in {city}?",
)


def statements(count: int, seed: int = 7) -> Iterator[str]:
    """`count` different statements; the same ones for the same seed."""
    chance = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < count:
        text = fill(chance.choice(TEMPLATES), chance)
        if text not in seen:
            seen.add(text)
            yield text


def questions(count: int, seed: int = 11) -> list[str]:
    """`count` questions about such statements."""
    chance = random.Random(seed)
    return [fill(chance.choice(QUESTIONS), chance) for _number in range(count)]


def fill(template: str, chance: random.Random) -> str:
    """A template with words in it."""
    return template.format(
        relation=chance.choice(RELATIONS),
        person=chance.choice(PEOPLE),
        city=chance.choice(CITIES),
        thing=chance.choice(THINGS),
        colour=chance.choice(COLOURS),
        food=chance.choice(FOODS),
        work=chance.choice(WORK),
        day=chance.choice(DAYS),
        month=chance.choice(MONTHS),
        number=chance.randint(2, 999),
    )
