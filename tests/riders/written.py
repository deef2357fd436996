"""What staff have written: an article and a version of the rider, published."""

from riders import services
from riders.services.terms import seen_of


def published_article(cast, *, at, title="Backups that stop", text="Look at the **disk** first."):
    """This will give an article that customers can read."""
    article = services.add_article(title=title, text=text, by=cast.stan, at=at)
    return services.publish_article(article=article, by=cast.stan, at=at)


def published_rider(
    cast, *, at, title="Terms for remote sessions", text="# What you allow\n\n1. You watch.\n2. You end it."
):
    """This will give a version of the rider that is asked for from now on."""
    draft = services.draft_rider(title=title, text=text, by=cast.stan, at=at)
    return services.publish_rider(rider=draft, seen=seen_of(draft), by=cast.stan, at=at)
