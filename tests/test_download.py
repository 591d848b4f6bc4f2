"""DownloadRecording and DownloadMedia: bytes as a value, or into a file."""

import pyodbc
import pytest

from support import ACCOUNT, account

RECORDING = "RE00000000000000000000000000000001"
GONE = "RE00000000000000000000000000000006"


def media(sim) -> tuple[str, str]:
    message = next(one["sid"] for one in sim.listed("Messages.json", "messages") if one["num_media"] != "0")
    sid = sim.listed(f"Messages/{message}/Media.json", "media_list")[0]["sid"]
    sim.clear()
    return message, sid


@pytest.mark.parametrize(("more", "ending", "kind"), [("", "wav", "audio/x-wav"), (", Format = 'mp3'", "mp3", "audio/mpeg")])
def test_a_recording_is_a_binary_value(cursor, sim, more, ending, kind):
    row = cursor.execute(f"EXEC DownloadRecording RecordingSid = '{RECORDING}'{more}").fetchone()
    assert [column[0] for column in cursor.description] == ["Content", "ContentType", "Size", "File"]
    content = f"{ending}\0of {RECORDING}".encode()
    assert tuple(row) == (content, kind, len(content), None)
    assert cursor.description[0][1] is bytearray or cursor.description[0][1] is bytes
    assert sim.lines() == [f"GET Recordings/{RECORDING}.{ending}"]


def test_a_recording_goes_into_a_file(cursor, sim, tmp_path):
    target = tmp_path / "call.wav"
    row = cursor.execute("EXEC DownloadRecording ?, ?", RECORDING, str(target)).fetchone()
    content = f"wav\0of {RECORDING}".encode()
    assert target.read_bytes() == content
    assert (row.Content, row.Size, row.File) == (None, len(content), str(target))


def test_a_file_that_exists_is_left_alone(cursor, sim, tmp_path):
    target = tmp_path / "call.wav"
    target.write_text("mine")
    with pytest.raises(pyodbc.Error, match="not overwritten"):
        cursor.execute("EXEC DownloadRecording ?, ?", RECORDING, str(target))
    assert target.read_text() == "mine" and sim.requests() == []


@pytest.mark.parametrize("fault", [None, "cut"])
def test_what_is_not_whole_leaves_no_file(connect, sim, tmp_path, fault):
    cursor = connect(account(sim.url, ConnectOnOpen=0, MaxRetries=0)).cursor()
    if fault:
        sim.fault(fault, path="Recordings", times=9)
    target = tmp_path / "call.wav"
    with pytest.raises(pyodbc.Error):
        cursor.execute("EXEC DownloadRecording ?, ?", RECORDING if fault else GONE, str(target))
    assert not target.exists()


def test_a_redirect_is_followed_without_the_credentials(cursor, sim):
    message, sid = media(sim)
    row = cursor.execute("EXEC DownloadMedia ?, ?", message, sid).fetchone()
    assert (row.Content, row.ContentType) == (f"bytes of {sid}".encode(), "image/jpeg")
    first, second = sim.requests()
    assert (str(first), first.user) == (f"GET Messages/{message}/Media/{sid}", ACCOUNT)
    assert (str(second), second.user) == (f"GET /files/{sid}", None)
    paths = [row.Url for row in cursor.execute("SELECT Url FROM sys_requests").fetchall()]
    assert len(paths) >= 2 and not any("s3cr3t" in path for path in paths), "the signature is no one's business"


def test_a_download_is_a_read(connect, sim):
    cursor = connect(account(sim.url, ConnectOnOpen=0, ReadOnly=1, DryRun=1, AllowPaid=0)).cursor()
    assert cursor.execute("{call DownloadRecording(?)}", RECORDING).fetchone().Size > 0
