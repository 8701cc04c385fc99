"""What the README's screenshots show: the notes and chats of an invented person, written by hand."""

from memos_desktop.memory.cube import SemanticType

F, P, E = SemanticType.FACT, SemanticType.PREFERENCE, SemanticType.EVENT
H, D, Y = SemanticType.PROCEDURE, SemanticType.DOCUMENT, SemanticType.PERSONA

NOTES: tuple[tuple[SemanticType, str, str], ...] = (
    (F, "family", "My sister Ana lives in Lisbon and works as a marine biologist."),
    (F, "family", "Ana's daughter Inês turns six on 2 May."),
    (F, "family", "My father's new phone number ends in 4471; the old one is off."),
    (E, "family, travel", "We visit Ana in Lisbon from 12 to 19 April; the flat has two bedrooms."),
    (P, "travel", "On trains I like a window seat in the quiet coach."),
    (F, "travel", "My passport expires in November next year."),
    (H, "travel", "Packing for a week: one cabin bag, the grey shell, the small camera, both chargers, ear plugs."),
    (E, "travel", "The ferry to Naxos was cancelled in August; the company refunded it in full."),
    (Y, "health, food", "I am allergic to walnuts, not to other nuts."),
    (P, "food", "No coriander, please; it tastes of soap to me."),
    (
        H,
        "food, kitchen",
        "Sourdough: 500 g flour, 350 g water, 100 g starter, 10 g salt; fold four times, rest overnight.",
    ),
    (
        H,
        "kitchen",
        "Descaling the coffee machine: one sachet and a litre of water, hold both buttons for five seconds.",
    ),
    (F, "kitchen", "The oven runs about ten degrees too hot."),
    (P, "food", "Tea in the morning, coffee only after eleven."),
    (
        F,
        "house, boiler",
        "The boiler was serviced on 5 March. It runs at a pressure of 1.5 bar. "
        "The filter needs to be cleaned every year. Mr Okafor has the key.",
    ),
    (
        F,
        "house, boiler",
        "The boiler runs at a pressure of 1.2 bar. The filter does not need to be cleaned every year. "
        "The red switch in the hall turns it off.",
    ),
    (P, "food", "No coriander please, it tastes of soap to me."),
    (F, "bike", "The tyres of the blue bike want 6 bar."),
    (F, "bike", "The tyres of the blue bike want 7 bar."),
    (E, "work, heron, prototype", "Field test of the second prototype: eight people, one week, led by Priya."),
    (F, "house", "The spare pressure valve is in the cupboard under the stairs."),
    (F, "house", "Paint in the hall: Skimming Stone, matt, tin in the cellar."),
    (E, "house", "The roof was repaired in January by Okafor & Sons, guarantee five years."),
    (F, "house", "The meter readings are sent on the first Monday of each month."),
    (F, "house", "Wi-Fi for guests is on the card inside the kitchen door."),
    (F, "garden", "The apple tree by the fence is a Discovery, planted in 2019."),
    (H, "garden", "Prune the roses in late February, above an outward bud."),
    (F, "bike", "Chain size of the blue bike: 11-speed, 116 links."),
    (E, "bike", "New brake pads on both wheels on 9 June."),
    (P, "style", "Answer in British English and keep it short."),
    (P, "style", "When I ask for code, show the code first and explain afterwards."),
    (Y, "work", "I lead a team of four at a company that makes hearing aids."),
    (F, "work, heron", "The project is called Heron; the launch moved to 14 September."),
    (F, "work, heron", "Heron's budget for this year is 180,000 euros, 60 per cent spent by June."),
    (E, "work, heron", "On 2 July the board approved the second prototype."),
    (F, "work, heron", "Lena writes the firmware, Tomás the app, Priya runs the tests."),
    (
        D,
        "work, heron, meetings",
        "Notes from the architecture meeting\nThe device keeps the last 30 days. The app reads them over Bluetooth and "
        "never sends them on. Open: how a lost device is wiped.",
    ),
    (
        D,
        "work, heron",
        "Test plan for the second prototype\nBattery 18 hours, rain, drop from one metre, two phones at once.",
    ),
    (H, "work", "Release: freeze on Tuesday, test on Wednesday, ship on Thursday before noon."),
    (F, "work", "The VPN needs the new certificate from the security page."),
    (P, "work", "No meetings before ten, and none on Friday afternoon."),
    (E, "work", "Priya is away from 5 to 23 August."),
    (F, "music", "I play the cello; lessons are on Thursdays at half past six."),
    (F, "music", "The concert in December: Elgar, second desk."),
    (H, "music", "Before a concert: new A string two weeks earlier, so that it settles."),
    (P, "books", "I like novels with maps in them."),
    (F, "books", "Lent to Tomás: The Left Hand of Darkness."),
    (E, "books", "Finished Piranesi on 20 February; it was very good."),
    (Y, "language", "I am learning Portuguese, about level A2."),
    (F, "language", "The Portuguese course is on Monday evenings, online."),
    (P, "language", "Correct my Portuguese gently and say why."),
    (F, "health", "The dentist is Dr Hale, in Mill Road."),
    (E, "health", "Next check-up on 11 October at 9:20."),
    (H, "health", "Stretching for the shoulder: three times a day, fifteen seconds each."),
    (F, "car", "The car's inspection is due in May."),
    (F, "car", "Winter tyres are at the garage in Station Street."),
    (F, "money", "The electricity contract ends on 31 March."),
    (E, "money", "I changed banks in spring; the old account is closed."),
    (F, "pets", "Miso is our cat; she is four and hates the carrier."),
    (H, "pets", "Miso's tablets: half a one in the evening, in tuna."),
    (F, "friends", "Jonas moved to Ghent; his address is in the contacts."),
    (E, "friends", "Dinner with Jonas and Mira on 21 June went on until two."),
    (F, "friends", "Mira does not drink alcohol."),
    (F, "computer", "Backups go to the black disk every Sunday."),
    (H, "computer", "When the printer sulks: off, wait a minute, on, then print the test page."),
)

CHATS: tuple[tuple[str, str, str], ...] = (
    (
        "Sourdough that does not rise",
        "My sourdough came out flat again. What should I change first?",
        "Look at the **starter** first:\n\n1. Feed it 1 : 1 : 1 and use it at its peak, when it has doubled.\n"
        "2. Let the dough rest until it has grown by half, however long that takes.\n"
        "3. Your oven runs ten degrees too hot, so set it to 230 °C for a crust that does not close too soon.",
    ),
    (
        "A script to rename photos",
        "Rename all photos in a folder by the date they were taken, please.",
        "```python\nfrom pathlib import Path\nfrom datetime import datetime\n\n"
        'for photo in sorted(Path("photos").glob("*.jpg")):\n'
        "    taken = datetime.fromtimestamp(photo.stat().st_mtime)\n"
        '    photo.rename(photo.with_name(f"{taken:%Y-%m-%d %H.%M.%S}.jpg"))\n```\n\n'
        "It uses the time of the file. For the time in the picture itself, read its EXIF data instead.",
    ),
    (
        "Words for the Portuguese course",
        "Give me five words about the sea, with the article.",
        "| Portuguese | English |\n|---|---|\n| o mar | the sea |\n| a onda | the wave |\n| a maré | the tide |\n"
        "| o farol | the lighthouse |\n| a areia | the sand |",
    ),
    (
        "Questions for the board",
        "What will the board ask about Heron?",
        "Probably three things: whether 14 September holds, what the second prototype changed, and what is left of "
        "the 180,000 euros.",
    ),
)
