"""The register through the admin site: sent, read, and imported on the button."""

import io
import zipfile
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from partners import services
from partners.models import RegisterUpload
from tests.partners import registers
from tests.partners.registers import everything

ADDRESS = "/admin/register/"


def files(**sheets):
    """This will give the small register as a browser sends it, with other contents for some sheets."""
    contents = registers.SMALL | {f"{name}.csv": content for name, content in sheets.items()}
    return [SimpleUploadedFile(name, text.encode()) for name, text in contents.items() if text is not None]


def archive(entries, name="register.zip", **options):
    """This will give an archive as a browser sends it; ``entries`` are pairs of name and content."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as into:
        for entry, content in entries:
            into.writestr(entry, content)
    return SimpleUploadedFile(name, packed.getvalue())


@pytest.fixture
def stan(cast, signed_in):
    """Stan's browser."""
    return signed_in(cast.stan)


class TestTheWay:
    def test_sent_read_and_imported(self, cast, stan):
        read = stan.post(ADDRESS, {"files": files()}, follow=True)
        rows = BeautifulSoup(read.content, "html.parser").select("tbody tr")
        assert [cell.text for cell in rows[0].find_all(["th", "td"])] == ["Accounts", "2", "0", "0", "0"]
        assert not Account.objects.filter(number="300100").exists()

        done = stan.post(read.request["PATH_INFO"], follow=True)
        assert "The register was imported: 14 new, 0 changed." in done.text
        assert Account.objects.filter(number="300100").exists()
        assert TrailLine.objects.get(event="register.imported").actor == cast.stan.email
        assert not RegisterUpload.objects.exists()

    def test_pressed_twice_it_is_imported_once(self, cast, stan, now):
        address = stan.post(ADDRESS, {"files": files()}).headers["Location"]
        kept = RegisterUpload.objects.get()

        assert stan.post(address).status_code == 302
        assert stan.post(address).status_code == 404
        with pytest.raises(NotAllowedNow):
            services.import_upload(upload=kept, by=cast.stan, at=now)

    @pytest.mark.parametrize("folder", ["", "register/", "../../etc/", "/"])
    def test_an_archive_will_do_whatever_folder_it_names(self, stan, folder):
        packed = archive([(f"{folder}{name}", text) for name, text in registers.SMALL.items()])
        read = stan.post(ADDRESS, {"files": packed}, follow=True)

        assert "nothing is written yet" in read.text

    def test_the_faults_are_those_of_the_command(self, stan):
        before = everything()
        wrong = files(usage=registers.USAGE.replace("12.5", "NaN"), people=registers.PEOPLE.replace("yes", "maybe"))
        read = stan.post(ADDRESS, {"files": wrong}, follow=True)
        said = [line.text for line in BeautifulSoup(read.content, "html.parser").select(".faults li")]

        assert said == [
            "people.csv, line 2, column authorized_contact: “maybe” is none of: yes, no.",
            "usage.csv, line 2, column amount: “NaN” is no amount such as 1234.50, with a point and at most 3 places.",
        ]
        assert "Import the register" not in read.text
        posted = stan.post(read.request["PATH_INFO"])
        assert "Nothing was imported: 2 faults." in posted.text
        RegisterUpload.objects.all().delete()
        assert everything() == before

    def test_what_somebody_put_into_a_cell_is_no_markup(self, stan):
        read = stan.post(ADDRESS, {"files": files(usage=registers.USAGE.replace("12.5", "<b>x</b>"))}, follow=True)

        assert "“&lt;b&gt;x&lt;/b&gt;” is no amount" in read.text

    def test_nothing_new_has_no_button(self, cast, stan, now):
        services.import_register(sources=registers.sources(), by=None, at=now)
        read = stan.post(ADDRESS, {"files": files()}, follow=True)

        assert "nothing in them is new" in read.text
        assert "Import the register" not in read.text

    def test_a_look_changes_nothing(self, stan):
        address = stan.post(ADDRESS, {"files": files()}).headers["Location"]
        before = everything()
        for page in (ADDRESS, address, address):
            assert stan.get(page).status_code == 200

        assert everything() == before


@pytest.mark.trust("A11", "F4", "F5")
class TestWho:
    @pytest.mark.parametrize("who", ["carol", "pat", "tess", "mallory"])
    def test_nobody_but_staff(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))
        before = everything()
        for answer in (browser.get(ADDRESS), browser.post(ADDRESS, {"files": files()}), browser.get(f"{ADDRESS}1/")):
            assert (answer.status_code, answer.headers.get("Location", "")[:13]) in {(302, "/admin/login/"), (403, "")}
        assert {table: rows for table, rows in everything().items() if table is not TrailLine} == {
            table: rows for table, rows in before.items() if table is not TrailLine
        }

    def test_staff_need_a_permission_of_its_own(self, cast, stan):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="add_registerupload"))

        assert stan.get(ADDRESS).status_code == 403
        assert stan.post(ADDRESS, {"files": files()}).status_code == 403
        assert "Import a register" not in stan.get("/admin/accounts/account/").text

    def test_files_of_somebody_else_are_not_there(self, cast, stan, signed_in):
        address = stan.post(ADDRESS, {"files": files()}).headers["Location"]
        root = signed_in(cast.root)

        assert root.get(address).status_code == root.post(address).status_code == 404
        assert root.get(f"{ADDRESS}999999/").status_code == 404

    def test_files_are_forgotten_after_an_hour(self, cast, stan, now):
        address = stan.post(ADDRESS, {"files": files()}).headers["Location"]
        RegisterUpload.objects.update(uploaded_at=now - timedelta(hours=1))

        assert stan.get(address).status_code == stan.post(address).status_code == 404
        stan.post(ADDRESS, {"files": files()})
        assert RegisterUpload.objects.count() == 1


class TestWhatIsNotWanted:
    @pytest.mark.trust("D5", "F6")
    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            (list, "Choose the files of a register"),
            (lambda: SimpleUploadedFile("contacts.csv", b"x"), "contacts.csv is no file of a register."),
            (lambda: SimpleUploadedFile("register.zip", b"PK\x03\x04 and no more"), "register.zip is no archive (ZIP)"),
            (lambda: archive([("a.txt", "x")]), "register.zip holds no file of a register."),
            (lambda: archive([(f"{n}.txt", "x") for n in range(60)]), "register.zip holds more than 50 files."),
            (lambda: archive([("accounts.csv", b"x" * 9_000_000)]), "These files are larger than 8 MB."),
            (
                lambda: archive([("a/accounts.csv", "x"), ("b/accounts.csv", "y")]),
                "accounts.csv was sent more than once.",
            ),
        ],
        ids=["nothing", "another file", "no archive", "nothing in it", "too many", "a bomb", "twice"],
    )
    def test_is_refused_with_a_sentence(self, stan, sent, words):
        answer = stan.post(ADDRESS, {"files": sent()})

        assert (answer.status_code, words in answer.text) == (200, True)
        assert not RegisterUpload.objects.exists()

    def test_the_size_an_archive_claims_is_not_believed(self, stan):
        """The header says one byte; what comes out is counted, or the archive is refused as broken."""
        honest = archive([("accounts.csv", b"x" * 9_000_000)]).read()
        size = (9_000_000).to_bytes(4, "little")
        lying = SimpleUploadedFile("register.zip", honest.replace(size, (1).to_bytes(4, "little")))
        answer = stan.post(ADDRESS, {"files": lying})

        assert answer.status_code == 200
        assert not RegisterUpload.objects.exists()

    def test_an_archive_with_a_password_is_refused(self, stan):
        packed = bytearray(archive([("accounts.csv", "x")]).read())
        for mark in (b"PK\x03\x04", b"PK\x01\x02"):
            at = packed.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
            packed[at] |= 1
        answer = stan.post(ADDRESS, {"files": SimpleUploadedFile("register.zip", bytes(packed))})

        assert "can be opened here without a password" in answer.text

    def test_nothing_is_written_to_a_path(self, stan, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        stan.post(ADDRESS, {"files": archive([("../../accounts.csv", registers.ACCOUNTS)])})

        assert list(tmp_path.rglob("*")) == []
        assert RegisterUpload.objects.get().file_names == "accounts.csv"
