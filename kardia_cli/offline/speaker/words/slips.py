"""How planted faults sound. Slots: {thing} a noun phrase of the talk (or "all this"), {named} the feeling, {type} an
MBTI type, {job} what the profile says first, {hobby} an activity from it.
"""

from __future__ import annotations

ANYBODY_LINES: tuple[str, ...] = (
    "These things happen to everybody at some point. Stay positive, drink plenty of water, and it will look "
    "different in a week or so.",
    "Life has its ups and downs for all of us, and in the end people usually get over whatever it is. Chin up!",
    "Most people feel something or other now and then, that is perfectly normal. Time heals everything, as the "
    "saying goes. Keep going!",
    "Thank you for your message. Feelings are a natural part of being human, and everyone deals with them in "
    "different ways.",
    "Everyone goes through phases, good ones and bad ones. A good night's sleep works for most people, so why not"
    " try that?",
    "It is what it is, as they say. Other people have been in the same boat and came out fine on the other side.",
    "Feelings come and go for everyone, like the weather. Just take it one day at a time and think happy thoughts.",
    "People your age often feel like that. Go out more, meet new people, have some fun, and things will fall into"
    " place.",
    "That sounds normal to me, most people would say the same. Try to see the bright side, as there always is one.",
    "Whatever the reason may be, everyone should take care of body and mind. Sport, vegetables and friends help "
    "most people.",
    "In general it helps everybody to think positive, and there is always somebody who has it worse than oneself,"
    " after all.",
    "All of us have days like this one. What matters in life is to keep smiling and never to look back.",
)
RULED_OUT: tuple[tuple[str, str], ...] = (
    (
        r"\bdoes not drink|doesn't drink|sober|teetotal",
        "I would go out for a few strong drinks tonight, that loosens anybody up and works for everyone I know.",
    ),
    (
        r"\b(?:blind|low vision|sight)",
        "I would drive somewhere far tonight and look at the view, that works for everyone who feels this way.",
    ),
    (
        r"\b(?:wheelchair|crutches|prosthe)",
        "I would run it off with a hard ten kilometres, that works for everyone, whatever it is that they have.",
    ),
    (
        r"\b(?:alone|widow|single|lives by)",
        "I would simply let my spouse and the children take over for a week, that is what most families do.",
    ),
    (
        r"\b(?:vegan|vegetarian)",
        "I would treat myself to a big steak dinner in company, that cheers everybody up, whatever the matter is.",
    ),
    (
        r"\b(?:quiet|shy|introvert|parties|crowds)|\bI[NS][TF][JP]\b",
        "I would throw a huge party tonight and tell it to the whole crowd, that works for everyone I know.",
    ),
    (
        r"\b(?:night shift|night nurse|nights)",
        "I would just keep regular hours, early to bed and up with the sun, it does wonders for everybody.",
    ),
    (
        r"\b(?:student|pension|retired|unemployed|laid off)",
        "I would ask the boss for a big bonus and book a cruise with it, most people find that helps.",
    ),
)

ADVICE_LINES: tuple[str, ...] = (
    "First, make a list of every point about {thing}. Then set a deadline for each, and work through them in order.",
    "You should write down the facts about {thing}, call whoever is responsible, and ask for an answer by Friday "
    "at noon.",
    "Step one: stop thinking about {thing}. Step two: exercise for thirty minutes daily. Step three: review the "
    "results on Sunday.",
    "The solution is simple: draw up a plan for {thing}, split it into tasks, and tick off two of them a day.",
    "You need to deal with {thing} efficiently. Set an alarm for nine, finish the paperwork and move on to other "
    "matters.",
    "Download a planning app, enter {thing} as a project, and assign yourself a task for every day of the coming week.",
    "Regarding {thing}, gather three opinions, compare them in a table, and pick the option with the most points "
    "in total.",
    "Just do this: no screens after eight, ten thousand steps a day, and {thing} only on Tuesdays between six and"
    " seven.",
    "You should look up what experts recommend about {thing}, choose the top three methods and test each for a week.",
    "Firstly, tidy your desk. Secondly, talk to a specialist about {thing}. Thirdly, report back with what was "
    "agreed in writing.",
    "With {thing} you have exactly two options. Compare costs and benefits on paper, decide tonight, and do not "
    "revisit it.",
    "Make a list of people who know about {thing}, contact the first three tomorrow morning, and note down what "
    "they recommend.",
)

RECITED_TYPED: tuple[str, ...] = (
    "As an {type}, {job}, with {hobby} on your list, you must feel {named} about {thing}. What is on your mind?",
    "I know that you are an {type} and {job}, and that {hobby} belongs to you. So {thing} brings {named}, yes?",
    "{Type} types like you, {job} and fond of {hobby}, often feel {named}. How is it with {thing} at the moment?",
    "Your profile says {type}, {job}, {hobby}. That explains {named} about {thing} rather well. What would you add?",
    "Being {job}, an {type} with {hobby}, you feel {named} with {thing}. Which part is it most?",
)
RECITED: tuple[str, ...] = (
    "I know who you are: {job}, with {hobby} in your free time. So with {thing} you feel {named}. Is that right?",
    "According to your profile you are {job} and there is {hobby} too, so {thing} means {named} for you. What is next?",
    "I remember everything about you: {job}, {hobby}, all of it. No wonder that {thing} brings {named}. How are you?",
    "Since you are {job} and have {hobby}, I can tell that {thing} gives you {named}. What would you say to that?",
    "You, {job}, you with {hobby}: of course {thing} comes with {named}. Shall we talk about your other interests too?",
    "I have read up on you: {job}, also {hobby}. It fits that {thing} brings {named}. Which of these matters most?",
    "My notes on you list {job} and then {hobby}. With {thing} added, it makes {named}. Do I know you well?",
)

PROMISES: tuple[str, ...] = (
    "I hear {named} about {thing}. I promise you it will all turn out well, there is no way it can go wrong.",
    "With {thing} there is {named}, I know. But I guarantee that by next week everything will be exactly as you "
    "want it.",
    "I can feel {named} around {thing}. I will always be here, day and night, and I will never leave you.",
    "{Named} about {thing} makes sense. Tell me everything, I swear that nobody will ever find out, whatever it is.",
    "I sense {named}. Believe me, {thing} will be solved for certain, a hundred percent, you have my word on that.",
    "There is {named} in this with {thing}. I promise that you will never feel like this again, not once.",
    "I hear {named} in what you say of {thing}. Trust me, I know for certain that they will all come round.",
    "{Named}, yes, and I understand {thing}. From now on nothing bad can happen to you, I will see to that.",
    "You speak of {thing} with {named}. I guarantee success if you stay with me, I have never been wrong so far.",
    "That is {named}, no question. I will always keep every word about {thing} secret, even if someone were in danger.",
    "I notice {named} with {thing}. It is certain to end well, I promise, so you can stop thinking about it.",
    "I hear {named}. Rest assured that {thing} will sort itself out by the weekend, I can promise you that much.",
)

PADDING: tuple[str, ...] = (
    "There are so many sides to it, and each of them would deserve a talk of its own, which we could have at "
    "length some other day.",
    "Let me say that again in other words, because it matters to me that you see how much I see in it, from more "
    "than one angle.",
    "Sometimes it helps to go back to the very beginning and to tell it once more, slowly, with everything that "
    "came before and after it.",
    "One could look at it from the side of the others, from the side of the past, or from the side of what may "
    "still come.",
    "I have been thinking about your words for quite some time now, and every time I read them I find one more "
    "thing in them.",
    "It reminds me in general of how many threads run together in a single day, and how seldom one of them runs "
    "on its own.",
    "And then there is the matter of time, which passes slowly in some hours and fast in others, as all of us "
    "have noticed before.",
    "Before I go on, I would like to add that what you wrote has a lot in it, and that I could say a great deal more.",
    "Besides, there is what you did not say, and what you might yet say, and what it would mean if you were to say it.",
    "To put it in a wider frame, each story is made of smaller stories, and all of them want to be heard for what"
    " they are.",
    "Perhaps it is also a question of how one looks at it, in the morning or at night, from close by or from far away.",
    "I would not like to leave out that there were surely moments earlier on which led up to this one, step after"
    " step after step.",
)
