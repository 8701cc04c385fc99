"""Many small memories of the invented person, by subject, for a map and a timeline that look lived in."""

from collections.abc import Iterator

from memos_desktop.memory.cube import SemanticType

F, P, E = SemanticType.FACT, SemanticType.PREFERENCE, SemanticType.EVENT
H = SemanticType.PROCEDURE

SUBJECTS: tuple[tuple[str, SemanticType, str], ...] = (
    (
        "garden",
        F,
        """
        The tomatoes by the south wall want water every evening.
        The sweet peas flower longer when they are picked twice a week.
        The rosemary in the blue pot stays outside until the first frost.
        Rhubarb behind the shed: no picking before its third year.
        The fig tree got its second bed of horse manure in spring.
        Lavender along the path is trimmed right after it has flowered.
        Courgettes need the raised bed; in the ground the slugs were faster.
        Strawberries go under the net as soon as they turn pink.
        The quince by the gate bears every other year.
        Chard next to the compost came back by itself.
        Dahlias are dug up in November and kept dry in the cellar.
        Broad beans were sown in autumn, in row two.
        The water butt leaks at the tap; a new washer is in the shed.
        """,
    ),
    (
        "kitchen, recipes",
        H,
        """
        Lentil dhal: fry the onion slowly, spices last, simmer for half an hour.
        Fish stew: salt early, fish late, parsley at the table.
        Leek and potato soup: blend half of it, leave the other half.
        Plum crumble: bake until the juice bubbles at the edges.
        Aubergines: salt them, wait, dry them, and only then the hot pan.
        Rye pancakes: the batter rests overnight in the fridge.
        Lemon chicken: two lemons, skin side up, no lid.
        Mushroom risotto: warm stock, a ladle at a time, butter at the end.
        Cauliflower curry is better on the second day.
        Pickled cucumbers: equal parts vinegar and water, dill, three days.
        Almond cake without flour: six eggs, and beat the whites alone.
        Roast beetroot: whole, in foil, an hour; peel when cool.
        Pasta water for the sauce: one cup, kept before draining.
        """,
    ),
    (
        "birds",
        E,
        """
        A kingfisher at the weir, on the way to work.
        Two goldcrests in the churchyard, too quick for a picture.
        Long-tailed tits came to the feeder, eleven at once.
        A barn owl over the water meadow at dusk.
        The first swifts of the year above the school.
        A tawny owl was calling at four in the morning.
        Waxwings ate the rowan at the station bare.
        A reed warbler by the canal, with Jonas, in the rain.
        Lapwings on the ploughed field, about thirty.
        A sparrowhawk sat on the garage roof for ten minutes.
        Redwings in the orchard after the snow.
        """,
    ),
    (
        "books",
        E,
        """
        Finished The Summer Book; slow, and worth it.
        Finished A Wizard of Earthsea; the library wants it back.
        Finished The Rings of Saturn, which Mira had lent me.
        Gave up on Middlemarch at page 200, for now.
        Finished Invisible Cities on the train.
        Finished The Dispossessed; the ending is the best part.
        Finished H is for Hawk in one weekend.
        Finished The Leopard; read it again in ten years.
        Finished Gilead by the sea.
        Read The Hobbit aloud to Inês, all but the songs.
        """,
    ),
    (
        "language, portuguese",
        F,
        """
        “Saudade” was in lesson three, and has no single word in English.
        “Desenrascar” is to find a way out with what there is.
        “A madrugada” is the time between midnight and dawn.
        “Cafuné” is running the fingers through someone's hair.
        “Aproveitar” is a word that Ana uses all the time.
        “A saideira” is the last drink before going home.
        “O petisco” is a small dish for sharing.
        “Esquecer-se” takes “de”; I keep forgetting it.
        “A maresia” is the smell of the sea.
        After “apesar de” comes the infinitive.
        """,
    ),
    (
        "work, heron",
        F,
        """
        The charging cradle of Heron is with Lena until the next review.
        The microphone housing of Heron failed once in the cold chamber.
        Pairing Heron with two phones at once works since build 214.
        The fitting software for Heron comes from the team in Aarhus.
        The battery door of Heron has a new hinge.
        The tone test in the app was shortened to four minutes.
        The left shell of Heron passed the drop test.
        The noise filter waits for the supplier in Gothenburg.
        Heron's status light is visible in sunlight now.
        The carrying case is made of felt, and the sample is on my desk.
        The antenna moved away from the battery, which helped.
        Firmware updates over the air take six minutes.
        """,
    ),
    (
        "work, people",
        F,
        """
        Dagny from purchasing answers best before nine.
        Professor Amadi prefers a call to a message.
        The auditor, Ms Feld, needs the figures two days ahead.
        Rui from the clinic tests with eight patients.
        Kofi in support keeps the list of known faults.
        Signe from legal reads contracts on Wednesdays only.
        The landlord of the office lives on the third floor.
        Beatriz is the new designer; she comes from typography.
        """,
    ),
    (
        "travel",
        F,
        """
        In Lisbon the tram to Ana's street stops at midnight.
        In Ghent the small hotel by the canal has a room with a bath under the roof.
        In Turin the market behind the station closes at two.
        In Bergen the ferry leaves from the far side of the harbour.
        In Porto the bookshop sells tickets for the queue.
        In Vienna the city bikes are free for the first half hour.
        In Naxos the bus to the beach takes coins only.
        In Copenhagen the harbour bath was the best idea of the trip.
        In Bologna the tower needs a booking.
        """,
    ),
    (
        "bike, sport",
        E,
        """
        Rode to the reservoir and back, with a head wind all the way.
        Rode the long loop over Coldharbour, and the knee held.
        Ran along the canal, slower than in spring.
        Swam in the lido; the water was 16 degrees.
        Walked the ridge path with Mira, four hours.
        Rode to the coast with Tomás, and took the train back.
        Ran the parkrun in the rain.
        Climbed at the hall for the first time since March.
        """,
    ),
    (
        "house",
        F,
        """
        The cellar key hangs behind the front door.
        The stop tap is under the sink, and turns the wrong way.
        The fuse for the kitchen is the second from the left.
        The ladder was lent to the neighbours at number nine.
        The warranty of the fridge is in the grey folder.
        The drill is in the box under the bench.
        The window frames are painted in Off-Black, eggshell.
        Spare bulbs are behind the winter coats.
        """,
    ),
    (
        "films",
        P,
        """
        On Sunday evenings I like slow films with little talk.
        Documentaries about the sea I watch with Mira.
        Anything by Agnès Varda is right.
        I like old science fiction, the slower the better.
        Musicals only in the cinema.
        """,
    ),
    (
        "music, cello",
        F,
        """
        The second Bach suite needs a slower bow.
        In the Elgar the shift to the high B goes better without looking.
        The Fauré elegy is set for the spring recital.
        Scales in thirds: ten minutes, before anything else.
        The Dvořák trio is with Priya at the piano.
        The Popper study is in the green folder.
        The bow was rehaired in the shop by the cathedral.
        """,
    ),
    (
        "health",
        H,
        """
        Hay fever: start the tablets two weeks before the birches.
        Lower back: the exercises on the card, every morning.
        Migraine: a dark room, water, and an hour of nothing.
        Before a long run: oats two hours earlier, no coffee.
        Sleep: no screen after ten, the window open.
        """,
    ),
    (
        "money",
        F,
        """
        The house insurance is paid once a year, in autumn.
        The train pass can be cancelled each month.
        The phone contract went up in spring.
        The newspaper is shared with Jonas, half each.
        """,
    ),
)


def many() -> Iterator[tuple[SemanticType, str, str]]:
    """All of them, as type, tags and text, the subjects mixed: as somebody writes them down over months."""
    several = [[(type_, tags, line.strip()) for line in text.strip().splitlines()] for tags, type_, text in SUBJECTS]
    for number in range(max(map(len, several))):
        yield from (lines[number] for lines in several if number < len(lines))
