"""Pictures for anyone."""

from uuid import UUID

from falcon import Request, Response

from api.etags import matches_etag
from api.fields import Body, Choice
from api.media import WEBP
from api.operations import PUBLIC, operation
from api.resource import Resource
from domain.catalog.images import SIZES, UnknownImage

#: A picture never changes under its id, so whoever has it need not ask again.
_FOREVER = "public, max-age=31536000, immutable"


class ImageQuery(Body):
    """In which size."""

    size = Choice(
        *SIZES, load_default="full", meaning="How large: at most 160, 640 or 2048 pixels on its longer side."
    )


class PublicImage(Resource):
    """One picture, for anyone who knows its id."""

    @operation(
        PUBLIC,
        "Show a picture",
        description="A picture never changes under its id, and may be kept for ever.",
        query=ImageQuery(),
        media=(WEBP,),
    )
    def on_get(self, req: Request, resp: Response, image_id: UUID) -> None:
        """The picture itself; `size` is how long its longer side is at most: 160, 640 or 2048 pixels."""
        rendition = self.services.pictures.find(
            image_id, req.context.query["size"], lambda content_hash: matches_etag(req, f'"{content_hash}"')
        )
        if rendition is None:
            raise UnknownImage
        resp.set_header("ETag", f'"{rendition.content_hash}"')
        resp.set_header("Cache-Control", _FOREVER)
        if rendition.content is None:
            resp.status = 304
            return
        resp.content_type = rendition.media_type
        resp.data = rendition.content
