from awareness.models.article import ArticlePage
from awareness.models.helpline import Helpline
from awareness.models.home import HomePage
from awareness.models.paper import Paper
from awareness.models.picture import Picture, Rendition

__all__ = ["ArticlePage", "Helpline", "HomePage", "Paper", "Picture", "Rendition"]
