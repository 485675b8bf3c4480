"""The numbers of a page as JSON, from the functions that the page and its files use."""

import json
from collections.abc import Mapping
from typing import Any

from dashboard import series
from dashboard.overall import Overall, overall
from dashboard.view import View
from framewatch.story import Frame
from trends.correction import Corrected


def series_of(view: View, code: str) -> str:
    """A frame over time, bucket by bucket. A gap has no share; `state` says which gap it is."""
    frame = view.frame(code)
    counts = series.frame_counts(view).get(code, ())
    trends = series.frame_series(view, counts)
    found = [
        {
            "bucket": bucket.start.isoformat(),
            "last": series.last_of(bucket).isoformat(),
            "n": trend.n,
            "k": int(trend.k),
            "share": trend.share,
            "low": trend.low,
            "high": trend.high,
            "state": trend.state.value,
            "collected": view.presence.share(bucket),
            "partial": view.partial(bucket, trend.state),
            "provisional": trend.provisional,
        }
        for bucket, trend in zip(view.buckets, trends, strict=True)
    ]
    return _written(_about(view, frame) | {"by": view.step.value, "buckets": found})


def share_of(view: View, code: str) -> str:
    """A frame over the whole time: as read, corrected, and by whom it was read."""
    frame = view.frame(code)
    found = overall(view, frame)
    share = found.share
    held = {
        "n": share.n,
        "k": int(share.k),
        "outlets": share.outlets,
        "state": share.state.value,
        "naive": {"share": share.share, "low": share.low, "high": share.high},
        "corrected": {
            "rogan_gladen": _estimate(found.rogan_gladen),
            "prediction_powered": _estimate(found.prediction_powered),
        },
        "sample": _sample(found),
        "readers": [
            {
                "model": reader.model,
                "revision": reader.revision,
                "weights_sha256": reader.weights_sha256,
                "codebook_sha256": reader.codebook_sha256,
            }
            for reader in found.readers
        ],
    }
    return _written(_about(view, frame) | held)


def _about(view: View, frame: Frame) -> dict[str, Any]:
    """What was asked, and of which state of the store."""
    filters = view.filters
    return {
        "topic": view.topic.code,
        "frame": frame.code,
        "tier": frame.tier.value,
        "filters": {
            "country": filters.country or None,
            "host": filters.host or None,
            "language": filters.language or None,
            "genre": filters.genre or None,
            "from": filters.first and filters.first.isoformat(),
            "to": filters.last and filters.last.isoformat(),
            "count": filters.count_by.value,
        },
        "as_known_on": view.choice.asof and view.choice.asof.isoformat(),
        "time_zone": view.topic.time_zone,
        "data_version": view.version.version,
        "fictional": view.status.fictional,
        "page": view.link(f"frame/{frame.code}"),
    }


def _estimate(found: Corrected) -> dict[str, Any]:
    return {
        "share": found.value,
        "low": found.low,
        "high": found.high,
        "reason": found.reason or None,
    }


def _sample(found: Overall) -> dict[str, Any]:
    made = found.correction
    return {
        "coded": made.coded if made else 0,
        "present": made.present if made else 0,
        "coded_by_several": found.sample.double,
        "same_articles": found.sample.same_articles,
        "sensitivity": made.sensitivity if made else None,
        "specificity": made.specificity if made else None,
    }


def _written(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, allow_nan=False)
