"""One event file of TensorBoard, written record by record in the calling thread.

torch's SummaryWriter would do the same behind a thread of its own, which dies in silence on a full disk.
"""

import os
import socket
import struct
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams.api_pb2 import Status
from tensorboard.plugins.hparams.metadata import NULL_TENSOR, SESSION_END_INFO_TAG, create_summary_metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from qnlnet.tracking.cell import Scalar

_PREFIX = "events.out.tfevents."
_COUNTER = count()


class EventFile:
    """A new event file, which takes the place of everything that earlier processes wrote into the same folder.

    Args:
        directory: Becomes one run in TensorBoard; created where it is missing.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names, so a new one must come last.
        latest = max((_timestamp(path) for path in directory.glob(f"{_PREFIX}*")), default=0)
        stamp = max(int(time.time()), latest + 1)
        name = f"{_PREFIX}{stamp:010d}.{socket.gethostname()}.{os.getpid()}.{next(_COUNTER)}"
        self._stream = (directory / name).open("xb")
        self._records = RecordWriter(self._stream)
        self._write(Event(file_version="brain.Event:2"))
        # "Forget everything from step 0 on": interrupted curves are written again instead of doubled.
        self._write(Event(step=0, session_log=SessionLog(status=SessionLog.START)))

    def scalars(self, values: Mapping[str, float], step: int, when: float) -> None:
        """Adds a point to each of the curves that `values` names."""
        points = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        self._write(Event(step=step, wall_time=when, summary=Summary(value=points)))

    def text(self, tag: str, markdown: str, when: float) -> None:
        """Shows a text under a name."""
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        tensor = TensorProto(dtype=DT_STRING, string_val=[markdown.encode()], tensor_shape=shape)
        self._summary(Summary.Value(tag=tag, metadata=metadata, tensor=tensor), when)

    def png(self, tag: str, data: bytes, when: float) -> None:
        """Shows a picture under a name."""
        width, height = struct.unpack(">II", data[16:24])  # of the header, which comes first in every PNG
        image = Summary.Image(encoded_image_string=data, width=width, height=height, colorspace=4)
        self._summary(Summary.Value(tag=tag, image=image), when)

    def parameters(self, values: Mapping[str, Scalar], when: float) -> None:
        """Says what was trained, for the table of hyperparameters."""
        for value in hparams_pb(dict(values), start_time_secs=when).value:
            self._summary(value, when)

    def ended(self, *, well: bool, when: float) -> None:
        """Says in the table of hyperparameters how it ended."""
        info = SessionEndInfo(status=Status.STATUS_SUCCESS if well else Status.STATUS_FAILURE, end_time_secs=when)
        metadata = create_summary_metadata(HParamsPluginData(session_end_info=info))
        self._summary(Summary.Value(tag=SESSION_END_INFO_TAG, metadata=metadata, tensor=NULL_TENSOR), when)

    def flush(self) -> None:
        """Brings everything to the disk, where TensorBoard sees it."""
        self._stream.flush()

    def close(self) -> None:
        """Ends the file."""
        self._stream.close()

    def _summary(self, value: Summary.Value, when: float) -> None:
        self._write(Event(step=0, wall_time=when, summary=Summary(value=[value])))

    def _write(self, event: Event) -> None:
        if not event.wall_time:
            event.wall_time = time.time()
        self._records.write(event.SerializeToString())


def _timestamp(path: Path) -> int:
    digits = path.name.removeprefix(_PREFIX).partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
