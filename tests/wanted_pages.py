"""What must be understood of each page in `tests/pages`.

Question, framing, claims with their dates, anchors with year and title, how many tasks and notes.
"""

WANTED = {
    "plain_dashes.txt": (
        "DO LANTERNS HAVE A COLOUR OF THEIR OWN?",
        "A lantern that only repeats its room has nothing to tell.",
        [
            ("Most lanterns go back to amber whatever they are told", "2024"),
            ("Lantern copies match their owners in 76-85 % of answers", "2024/2025"),
            ("Lanterns have no colour of their own", "2025~"),
            ("Amber directions can be steered in the glass", "2025/2026"),
        ],
        [("2401.10001", 2024, "Open Lanterns, Closed Shutters"),
         ("2507.10002", 2025, "Amber Vectors")],
        3,
        2,
    ),
    "saved_from_browser.html": (
        "Who lights the lamps at noon?",
        "If nobody needs the light, the lighting tells us about the lighter.",
        [
            ("One lamp in nine burns at noon", "2024"),
            ("Timers drift by 12 minutes a month in cold towns", "2025~"),
        ],
        [("2402.10003", 2024, "Lamps at Noon: A Survey of Forty Towns"),
         ("2503.10004", 2025, "Cold Timers")],
        3,
        2,
    ),
    "nested_bullets.md": (
        "Does the wick decide how long a lamp burns?",
        "Length is cheap to measure, so it is what gets measured.",
        [
            ("Long wicks burn longer", "2023"),
            ("Oil matters more than the wick", "2024~"),
            ("No lamp burns for more than 40 hours", "2025-06"),
        ],
        [("2305.10005", 2023, "Long Wicks Burn Longer"), ("2409.10006v3", None, "Oil Before Wick")],
        3,
        0,
    ),
    "only_a_prompt.txt": (
        "Is the glow of fireflies a language?",
        None,
        [
            ("Fireflies answer each other within 300 ms.", "2022"),
            ("Flash patterns carry 3 signals per species", "2023~"),
            ("From 2023 to 2025 no grammar was found", "2023/2025"),
        ],
        [("2203.10007", 2022, "Flash and Answer"),
         ("2309.10008", None, "Three Signals in the Dark")],
        3,
        0,
    ),
    "footnoted.md": (
        "What makes a shadow sharp?",
        "Sharpness is a claim about the lamp, not about the wall.",
        [
            ("A flame under 2 mm throws a sharp shadow.", "2021-10"),
            ("Sharpness falls by 30 % for each doubling of the flame.", "2024-04"),
            ("Walls do not matter.", "2026~"),
        ],
        [("2110.10009", None, "Small Flames, Sharp Shadows"),
         ("2404.10010", None, "Measuring Penumbrae at Home. Ana Ruiz, Tom Ode")],
        3,
        0,
    ),
    "divs_and_breaks.html": (
        "Can a candle be too bright?",
        "Brightness is always too much for someone.",
        [
            ("Candles over 30 lumens are rejected by 64% of readers", "2024-04/2024-06"),
            ("Nobody reads by candle any more", "2026~"),
        ],
        [("2406.10011", 2024, "Too Bright To Read"), ("2601.10012", 2026, "The Last Candle")],
        3,
        0,
    ),
    "table_of_claims.md": (
        "Should street lamps be warm?",
        None,
        [
            ("Warm lamps halve the number of moths", "2021"),
            ("Drivers see 8 % less under warm lamps", "2024/2025"),
        ],
        [("2105.10013", 2021, "Moths and Warm Lamps"), ("2412.10014", 2024, "Seeing Under Amber")],
        3,
        0,
    ),
    "sparse.txt": (
        "Why do lighthouses blink?",
        (
            "Because they must be told apart (2020). "
            "A steady light was once thought to be enough."
        ),
        [],
        [],
        0,
        0,
    ),
    "other_words.md": (
        "Are shutters part of the lamp?",
        "Whoever draws the line decides what counts as light.",
        [
            ("The line is a legal fiction {2019}", "2019"),
            ("Shuttered lamps last 1.5 times longer, since 2022", "2022"),
            ("In 2025/26 half of all lamps were sold with shutters", "2025/2026"),
        ],
        [("1907.10015", 2019, "Lamp or Shutter?"), ("2211.10016v2", None, "Books of Light")],
        3,
        2,
    ),
    "windows_1252.html": (
        "Do mirrors double a lamp’s light?",  # noqa: RUF001 - as the page writes it
        "Twice the light is not twice the lamp.",
        [
            ("A mirror adds 40–45 % of light", "2023/2024"),  # noqa: RUF001 - the same
            ("Two mirrors add nothing more—so far", "2025"),
        ],
        [("2310.10017", 2023, "Mirrors Behind Lamps")],
        3,
        0,
    ),
    "fenced_prompt.md": (
        "Are bees moved by the colour of hives?",
        "A hive has no opinion of its own paint.",
        [
            ("Painted hives cut drift by about 30%.", "2023"),
            ("Colour is less important than smell.", "2024~"),
            ("Trials spanning 2024–2026 found no effect at scale.", "2024/2026"),  # noqa: RUF001 - as the page writes it
            ("By late 2025, most keepers had stopped painting.", "2025~"),
        ],
        [("2305.11111", 2023, "Painted Hives and Drift"),
         ("2404.22222", 2024, "Smell Before Sight in Homing Bees")],
        3,
        2,
    ),
    "spans_and_divs.html": (
        "Why do trains hum in A flat?",
        "Because someone tuned them, or because nobody did.",
        [("Trains hum at 415 Hz", "2021"), ("Newer inverters hum higher", "2024/2025")],
        [("2107.55555", 2021, "Humming Inverters"), ("2408.66666", 2024, "Humming Higher")],
        3,
        2,
    ),
    "numbered_sections.txt": (
        "How much of a lamp's flicker is noise?",
        "Noise is what we have not asked about yet.",
        [
            ("Flicker is noise.", "2018"),
            ("Flicker has a period of 9 seconds", "2021"),
            ("The period follows the oil", "2024-11/2025-02"),
        ],
        [("2108.10018", 2021, "A Plot of Flicker"), ("2502.10019", 2025, "Oil Time")],
        3,
        0,
    ),
    "front_matter.md": (
        "Can sparse autoencoders find what a model knows?",
        (
            "If a feature is only found where we look for it, it may be our dictionary and not "
            "the model's."
        ),
        [
            ("Sparse autoencoders recover interpretable, monosemantic features", "2023"),
            ("Scaling to 34 million features works on production models", "2024-05"),
            ("Linear probes outperform SAE probes in 8 of 10 data-scarce settings", "2025-02"),
            (
                ("Features split and absorb each other as dictionaries grow – so no dictionary "  # noqa: RUF001 - as the page writes it
                "size is canonical"),
                "2024/2025",
            ),
        ],
        [("2309.08600", 2023,
          "Sparse Autoencoders Find Highly Interpretable Features in Language Models"),
         ("2406.04093", 2024, "Scaling and evaluating sparse autoencoders"),
         ("2502.16681", 2025, "Are Sparse Autoencoders Useful? A Case Study in Sparse Probing"),
         ("2501.17727", 2025,
          "Sparse Autoencoders Can Interpret Randomly Initialized Transformers")],
        3,
        2,
    ),
    "sources_are_notes.html": (
        "Does chain of thought tell us what the model thought?",
        "A reason written before the answer can still be written for the answer.",
        [
            (
                ("Chains of thought are unfaithful: a biasing hint lowers accuracy by up to 36% "
                "and goes unmentioned"),
                "2023",
            ),
            ("Larger models write less faithful reasoning", "2023~"),
            ("Reasoning models reveal their use of hints in fewer than 20 % of examples", "2025"),
            ("Monitoring works as long as reasoning is not trained upon", "2025/2026"),
        ],
        [("2305.04388", 2023,
          ("Language Models Don't Always Say What They Think: Unfaithful Explanations in "
          "Chain-of-Thought Prompting")),
         ("2307.13702", 2023, "Measuring Faithfulness in Chain-of-Thought Reasoning"),
         ("2505.05410", 2025, "Reasoning Models Don't Always Say What They Think")],
        3,
        2,
    ),
    "keys_in_brackets.md": (
        "Why do multi-agent debates converge?",
        "Agreement is cheap when everybody was trained on the same page.",
        [
            (
                "Debate improves factuality over a single agent by 7 to 10 percentage points.",
                "2023",
            ),
            ("With the same budget of samples, self-consistency matches debate.", "2024"),
            (
                ("Since ~2025 agents have been seen to abandon right answers for wrong ones in "
                "1 of 4 debates."),
                "2025~",
            ),
        ],
        [("2305.14325", None,
          "Improving Factuality and Reasoning in Language Models through Multiagent Debate"),
         ("2311.17371", None,
          "Should we be going MAD? A Look at Multi-Agent Debate Strategies for LLMs"),
         ("2402.18272", None,
          "Rethinking the Bounds of LLM Reasoning: Are Multi-Agent Discussions the Key?")],
        3,
        2,
    ),
    "wrapped_lines.txt": (
        "Does reinforcement learning teach reasoning, or only draw it out?",
        "Whether a base model could have said it anyway is the whole question.",
        [
            (
                ("trained models are a subset of their base model at pass@256, in mathematics and "
                "in code."),
                "2025",
            ),
            (
                ("prolonged training reaches problems that the base model fails at any number of "
                "samples."),
                "2025~",
            ),
            (
                ("rewards that are random raise accuracy by 21 % for one model family and by "
                "nothing for others."),
                "2026~",
            ),
        ],
        [("2504.13837", 2025,
          ("Does Reinforcement Learning Really Incentivize Reasoning Capacity in LLMs Beyond the "
          "Base Model?")),
         ("2505.24864", 2025,
          ("ProRL: Prolonged Reinforcement Learning Expands Reasoning Boundaries in Large "
          "Language Models"))],
        3,
        2,
    ),
    "orders_around.txt": (
        "Under which conditions do agents that trade in simulated markets reproduce human bubbles?",
        None,
        [
            (
                "Agents built on language models trade closer to fundamental value than people do",
                "2024~",
            ),
            ("Bubbles appear when models of different families are mixed", "2025"),
            ("Loss aversion of simulated traders is 1.5 to 2.2, near the human 2.25", "2024/2026"),
        ],
        [("2502.15800", 2025,
          ("Can Large Language Models Trade? Testing Financial Theories with LLM Agents in Market "
          "Simulations")),
         ("2301.07543", 2023,
          ("Large Language Models as Simulated Economic Agents: What Can We Learn from Homo "
          "Silicus?"))],
        3,
        0,
    ),
    "no_marks_at_all.txt": (
        "Do house plants clean the air?",
        "A chamber is not a room.",
        [
            ("Potted plants do not improve indoor air at realistic numbers", "2019"),
            ("Green walls with fans remove up to 60% of formaldehyde", "2021/2023"),
            ("Soil microbes, not leaves, do most of the work", "2015~"),
        ],
        [],
        3,
        3,
    ),
}  # fmt: skip
