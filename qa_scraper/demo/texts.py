"""Words that the demo site's texts are made of. All of it is written for this purpose; nobody's health is described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DepartmentWords:
    """What people of one department write about: complaints, findings, treatments, advice, specialist, topics."""

    name: str
    specialist: str
    complaints: tuple[str, ...]
    findings: tuple[str, ...]
    treatments: tuple[str, ...]
    advice: tuple[str, ...]
    topics: tuple[str, ...]


DEPARTMENTS: Final = (
    DepartmentWords(
        "Internal Medicine",
        "Internist",
        (
            "tiredness after lunch",
            "a low iron value",
            "night sweats",
            "swollen ankles",
            "a slow thyroid",
            "dizzy mornings",
        ),
        (
            "the blood count was a little low",
            "ferritin came back at 9",
            "blood pressure was 142 over 91",
            "TSH was 6.2",
        ),
        ("iron tablets", "a low-salt diet", "thyroxine 50 µg", "a diuretic"),
        (
            "have the count repeated in six weeks",
            "take the tablets apart from tea and coffee",
            "measure at the same hour",
        ),
        ("Anemia", "Thyroid Gland", "Blood Pressure (at Home)", "Iron Deficiency"),
    ),
    DepartmentWords(
        "Cardiology",
        "Cardiologist",
        ("a fluttering heart", "chest pressure on stairs", "extra beats at night", "a racing pulse", "cold hands"),
        (
            "the resting trace was clean",
            "the echo showed a mild leak",
            "the pulse went up to 128",
            "two extra beats were seen",
        ),
        ("a beta blocker", "magnesium", "a day-long recording", "aspirin 100 mg"),
        ("keep a diary of each attack", "leave out coffee for two weeks", "ask for a stress test"),
        ("Palpitations", "Heart Murmur", "ECG (24 Hours)", "Mitral Valve"),
    ),
    DepartmentWords(
        "Dermatology / Allergy",
        "Dermatologist",
        ("an itchy elbow", "hives after shrimp", "red cheeks in winter", "a spreading rash", "peeling palms"),
        (
            "the patch test was positive for nickel",
            "IgE was above 300",
            "no fungus was found",
            "the spots blanch on pressure",
        ),
        ("a mild steroid cream", "an antihistamine at night", "zinc paste", "a soap-free wash"),
        ("moisturise twice a day", "avoid hot showers", "bring the package of what you ate"),
        ("Eczema", "Hives", "Contact Allergy (Nickel)", "Dry Skin"),
    ),
    DepartmentWords(
        "Obstetrics and Gynecology",
        "Gynecologist",
        ("a late period", "spotting between periods", "cramps in week 11", "a small cyst", "hot flushes"),
        (
            "the scan showed a 2 cm cyst",
            "the test was negative twice",
            "the smear was normal",
            "the lining measured 7 mm",
        ),
        ("folic acid", "a low-dose pill", "a warm pad", "progesterone"),
        ("come for a scan after the next period", "test again in one week", "note the days of bleeding"),
        ("Ovarian Cyst", "Irregular Periods", "Early Pregnancy", "Menopause"),
    ),
    DepartmentWords(
        "Pediatrics",
        "Pediatrician",
        ("a barking cough", "a fever that comes and goes", "bed-wetting at six", "a picky eater", "growing pains"),
        ("the throat was a little red", "weight follows the third line", "ears were clear", "the fever reached 39.1"),
        ("paracetamol by weight", "moist air", "a drink before sleep less", "saline drops"),
        ("watch that enough is drunk", "come at once if breathing is hard", "keep meals at fixed hours"),
        ("Fever in Children", "Croup", "Growth", "Vaccination"),
    ),
    DepartmentWords(
        "Eye Care",
        "Ophthalmologist",
        ("floating spots", "burning eyes at the screen", "double edges at night", "a twitching lid", "watery eyes"),
        ("pressure was 19 on both sides", "the retina lay flat", "tear film broke after 4 seconds", "vision was 0.8"),
        ("artificial tears", "a warm compress", "new glasses", "lid massage"),
        (
            "rest your eyes every twenty minutes",
            "come the same day if you see flashes",
            "have the pressure checked yearly",
        ),
        ("Floaters", "Dry Eye", "Glaucoma", "Reading Glasses"),
    ),
    DepartmentWords(
        "Orthopedics",
        "Orthopedist",
        (
            "a clicking knee",
            "a stiff shoulder",
            "heel pain on waking",
            "lower back pain",
            "a swollen ankle after a fall",
        ),
        ("the film showed no break", "the scan showed a small tear", "the joint moved freely", "one disc was narrow"),
        ("cold packs", "an insole", "physiotherapy twice a week", "an ibuprofen gel"),
        ("stretch before you get up", "do not carry more than 10 kg", "start with ten minutes of cycling"),
        ("Knee Pain", "Heel Spur", "Frozen Shoulder", "Disc (Lumbar)"),
    ),
    DepartmentWords(
        "Dentistry",
        "Dentist",
        ("a tooth that hurts on cold", "bleeding gums", "a loose filling", "a grinding jaw", "a late wisdom tooth"),
        ("the nerve answered on all teeth", "pockets were 4 mm", "the film showed a shadow", "the bite was high"),
        ("a fluoride gel", "a night guard", "a new filling", "a root treatment"),
        ("brush with a soft brush", "use thread every evening", "come before it hurts at night"),
        ("Gum Disease", "Wisdom Teeth", "Tooth Nerve", "Grinding"),
    ),
    DepartmentWords(
        "Psychiatry",
        "Psychiatrist",
        (
            "lying awake until three",
            "a tight chest in crowds",
            "no joy in hobbies",
            "worry about small things",
            "sudden panic",
        ),
        ("the questionnaire gave 11 points", "blood tests were normal", "sleep was five hours on average"),
        ("a sleep diary", "talking therapy", "a low dose in the morning", "breathing exercises"),
        ("get up at the same hour every day", "do not stop the tablets at once", "tell somebody you trust"),
        ("Insomnia", "Panic", "Low Mood", "Talking Therapy"),
    ),
    DepartmentWords(
        "Nutrition",
        "Dietitian",
        ("a plateau in weight", "sugar cravings", "a vegan diet and B12", "bloating after milk", "gout and meat"),
        ("uric acid was 8.1", "B12 was at the lower end", "the breath test was positive", "waist was 96 cm"),
        ("lactase drops", "a B12 supplement", "two portions of pulses", "water before meals"),
        ("write down what you eat for four days", "lose half a kilo a week, no more", "choose whole grain"),
        ("Lactose", "Vitamin B12", "Uric Acid (Gout)", "Weight Loss"),
    ),
)

SHORT_QUESTIONS: Final = (
    "{complaint}: is it serious?",
    "What helps against {complaint}",
    "{complaint} for {weeks} weeks",
    "Do I need {treatment} for {complaint}?",
    "About {complaint} & {treatment}",
)
HEADINGS: Final = (
    "Living with {complaint}: What to Know in Case {number}",
    "Understanding {complaint} - A Question from Reader {number}",
    "Advice on {complaint}, No. {number}",
    "Case {number}: {complaint} and {treatment}",
)
OPENINGS: Final = (
    "For about {weeks} weeks I have had {complaint}, mostly in the {daytime}.",
    "My {relative} has had {complaint} since last {season}, and we do not know what to do.",
    "I am writing because of {complaint} that began {weeks} weeks ago after {cause}.",
    "Since {cause} I notice {complaint} nearly every {daytime}.",
)
MIDDLES: Final = (
    "At my last visit {finding}, and I was told to wait.",
    "I tried {treatment} for {days} days, but it only helped a little.",
    "A friend said that {treatment} is dangerous if the value is < {value} — is that true?",
    "In the clinic {finding}; nobody explained it to me.",
    "My family says it is nerves 😟, yet it wakes me up.",
)
CLOSINGS: Final = (
    "What would you advise? Thank you very much.",
    "Should I see somebody about it, or can I wait {days} more days?",
    "Is there anything that I can do at home?",
    "I would be glad about your opinion.",
)
LANDMARK_QUESTIONS: Final = (
    "The form that I got back only says Reply Date: pending, so I ask here again.",
    "I hope Dr. Lin reply later to my letter, but I do not want to wait.",
    "On another site I found More Info about it, and it frightened me.",
)
GREETINGS: Final = ("Hello,", "Dear reader,", "Good day:", "Hello: 1.")
ANSWERS: Final = (
    "What you describe fits {complaint} that is harmless in most cases.",
    "With {complaint} the first step is to look at what came before it.",
    "From your lines I cannot tell for sure, but {complaint} after {cause} is common.",
    "That {finding} does not explain {complaint} by itself.",
)
TREATMENTS: Final = (
    "I would begin with {treatment} for {weeks} weeks and {advice}.",
    "Please {advice}; {treatment} comes second.",
    "{treatment_cap} is a good choice at your age, as long as you {advice}.",
)
LANDMARK_ANSWERS: Final = (
    "Our clinic offers Similar Q&A sessions on Thursdays, which many people find useful.",
    "You will find Related FAQ leaflets at the desk.",
)
FAREWELLS: Final = ("Wishing you a good recovery.", "Please come back if it stays.", "I hope that this helps.")
BACKGROUND: Final = (
    "{complaint_cap} is among the most frequent reasons to see {specialist_low}s. In most people it has one of three"
    " causes, and two of them pass without treatment.",
    "The first thing to find out is how long it has lasted. Less than {weeks} weeks speaks for a passing cause; more"
    " than that is a reason to have it looked at.",
    "Useful steps are:\n1. {advice_cap}.\n2. Try {treatment} for {days} days.\n3. Write down what makes it better.",
    "{treatment_cap} is used often, but it works only when the cause is known. Ask for the reason before you begin.",
    "In summary, {complaint} rarely needs more than patience and {treatment}; still, it deserves a second look when"
    " it comes with fever or loss of weight.",
)
ARTICLES: Final = (
    (
        "how-to-ask",
        "How to Ask a Good Question",
        "Say since when, where and how often. Name what you tried. The date that you ask (Ask Date: as it stands under"
        " each question) is added by us, as is the Reply Date: of the doctor.",
    ),
    (
        "first-aid-kit",
        "What Belongs into a First-Aid Kit",
        "Plasters in three sizes, a triangular bandage, gloves, scissors, a cold pack and a list of telephone numbers.",
    ),
)
NAMES: Final = (
    "LILY", "Tom", "O'Neil, Sean", "Zoë", "王小明", "Núñez", "Anna-Lena", "陳", "J. P.", "D’Angelo", "Mrs. Green",
    "Ömer", "Smith, John Jr.", "Kim", "François", "happy cat 22", "Anonymous", "Ivy", "B & B", "Łukasz",
)  # fmt: skip
DOCTORS: Final = (
    "Zeng Guoqiang", "Chen Mei-Ling", "Lin Tsung-Wei", "O'Brien", "Wang Fang", "Müller", "李明華", "Ana Núñez",
    "Ho Chi-Yu", "Qi Rong", "Dubois", "Smith, John Jr.", "Fan Li", "Peter van den Berg",
)  # fmt: skip
DAYTIMES: Final = ("morning", "evening", "night", "afternoon")
RELATIVES: Final = ("mother", "son", "grandfather", "sister", "daughter")
SEASONS: Final = ("spring", "summer", "autumn", "winter")
CAUSES: Final = ("a cold", "moving house", "a long flight", "a fall", "a change of job", "a new medicine")
ADVERTS: Final = (
    "Umbrellas for people who walk fast.",
    "Tea from our own garden, three tins for the price of two.",
    "A chair that thinks along with your back.",
    "More Info on winter coats: only this week!",
    "Learn to whistle in ten lessons.",
    "Lamps, lamps, lamps & a few candles.",
)
UPDATES: Final = (
    "Added later: {treatment} has changed nothing so far.",
    "Added later: in the {daytime} it is better now.",
    "Added later: it began again after {cause}.",
)
CORRECTIONS: Final = (
    "I have looked at this again: please {advice} first.",
    "One thing that I left out: {treatment} is not to be taken before {days} days have passed.",
    "Since then there is news, and I would now wait {weeks} weeks.",
)
FURTHER_BACKGROUND: Final = (
    "New since the last edition: {treatment} is given for {days} days at most.",
    "Readers have asked how often it comes back: in one of {weeks} cases.",
)
