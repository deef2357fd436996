"""What the demo's support has written: three articles, and the terms remote sessions are held under.

Words of our own, for the demo alone: whoever runs a portal for real writes their own terms, with somebody who knows
the law, on the admin site.
"""

from riders import services
from riders.services.terms import seen_of

ARTICLES = {
    "Backups that stop during the night": """\
A backup that stops half-way nearly always ran out of something: space, time or leave to write.

## What to look at first

1. **Space.** The place the backup is written to needs room for one whole copy *beside* the one it replaces.
2. **Time.** A backup that is still running when the next one begins is stopped by it. Begin the second one later.
3. **Leave to write.** After a password was changed, the backup may still use the old one.

## What to tell support

- when it last went through,
- the last twenty lines of its log, copied as text,
- whether anything was changed the day before.

> A copy that nobody has ever read back is a hope, not a backup. Read one file back every month.
""",
    "Mail that does not arrive": """\
Ask first whether *one* mail is missing or *all* of them.

- **All of them, from everybody:** look at the page *Configuration* of your account: is the mail domain still yours?
- **All of them, from one sender:** the sender was told why. Ask for the message they got back; it names the reason.
- **One of them:** look into the folder for unwanted mail, then search by the address of the sender.

Send support the message that came back, whole. A picture of it cannot be searched.
""",
    "What happens in a remote session": """\
Somebody of support looks at your screen while you sit in front of it. It helps where words do not: to see a problem as
it happens, or to look for its cause together.

1. You ask for one on the page of the case, or support asks you.
2. Somebody of yours who may do so reads the terms and accepts them, **for this case only**.
3. Support starts the session, or joins the one that you have started.
4. You see everything that is done, and you end it whenever you like.

Beforehand, close what nobody else should see. Nobody of support ever asks for a password.
""",
}

RIDER_TITLE = "Terms for remote sessions"
RIDER = """\
These terms hold for every session in which somebody of support sees or uses your systems from afar, whatever program
is used for it. You accept them for one case. They hold for all sessions of that case until it is closed for good, and
for no other case.

## What you allow

1. People of support who work on the case may see what you show them, and may use your systems where you let them.
2. They do so only to work on this case.
3. Others may take part when both sides agree, such as a supplier of yours.

## What you keep

1. You, or somebody you name, are there the whole time.
2. You end a session whenever you like, without giving a reason.
3. You decide what can be seen. Close beforehand what does not belong to the case.
4. You keep a backup of whatever may be changed.

## What support promises

1. To change nothing without telling you first.
2. To ask for no password, and to keep none that comes into view.
3. To record no session unless you have agreed to it.
4. To keep to itself what it sees, and to note in the case who took part, and from when until when.

## What these terms do not say

They promise no session: support decides whether one helps. They take no right from you that the law gives you.
"""


def write_it(world, *, at):
    """Stan writes and publishes it all."""
    by = world.stan
    for title, text in ARTICLES.items():
        services.publish_article(article=services.add_article(title=title, text=text, by=by, at=at), by=by, at=at)
    draft = services.draft_rider(title=RIDER_TITLE, text=RIDER, by=by, at=at)
    services.publish_rider(rider=draft, seen=seen_of(draft), by=by, at=at)
