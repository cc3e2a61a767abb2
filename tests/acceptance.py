#!/usr/bin/env python3
"""Proofs on whole processes: nothing missing, nothing repeated, memory, speed. Prints a table; exits 1 on a breach.

Usage: tests/acceptance.py [STORY...]      with target/release/o365collector built
"""
import http.client, json, os, pathlib, random, re, shutil, signal, subprocess, sys, tempfile, time, urllib.parse, urllib.request

BINARY = pathlib.Path(__file__).resolve().parent.parent / "target/release/o365collector"
FOUR = "Audit.AzureActiveDirectory,Audit.Exchange,Audit.SharePoint,Audit.General"


class Breach(Exception):
    pass


def must(claim, text):
    if not claim:
        raise Breach(text)


class Tenant:
    """A simulator, and the settings that connect to it."""

    def __init__(self, folder, *flags):
        self.process = subprocess.Popen([BINARY, "simulate", "--listen", "127.0.0.1:0", "--rate", "0", *flags], stdout=subprocess.PIPE, text=True)
        lines = []
        while not lines or not lines[-1].startswith("path.data"):
            lines.append(self.process.stdout.readline())
            must(lines[-1], "the simulator ended")
        self.settings = "".join(lines)
        self.root = re.search(r"management_url: (\S+)", self.settings)[1]
        self.folder = folder

    def field(self, name):
        return re.search(rf"{name}: (\S+)", self.settings)[1]

    def config(self, output, mapping="ecs", extra=""):
        text = re.sub(r"^output\.console.*$", output, self.settings, flags=re.M)
        text = text.replace("./simulated-data", f"{self.folder}/data")
        text = text.replace("type: audit", f"type: audit, mapping: {mapping}").replace("    login_url", f"{extra}    login_url")
        path = self.folder / "collector.yml"
        path.write_text(text)
        path.chmod(0o600)
        return path

    def visible_blobs(self):
        """Ids of all blobs that the API lists now, asked for by hand and again until no fault is in the way."""
        tenant = self.field("tenant_id")
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": self.field("client_id"), "client_secret": self.field("client_secret"), "scope": f"{self.root}/.default"})
        token = self.open(f"{self.root}/{tenant}/oauth2/v2.0/token", data=form.encode())[0]["access_token"]
        blobs, now = set(), int(time.time())
        for content_type in FOUR.split(","):
            for day in range(7):
                end = now + 5 if day == 0 else now - day * 86400
                start = max(now - (day + 1) * 86400, now - 7 * 86400 + 60)
                stamp = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
                query = urllib.parse.urlencode({"contentType": content_type, "startTime": stamp(start), "endTime": stamp(min(end, start + 86400))})
                url = f"{self.root}/api/v1.0/{tenant}/activity/feed/subscriptions/content?{query}"
                while url:
                    entries, headers = self.open(url + f"&PublisherIdentifier={tenant}", headers={"Authorization": f"Bearer {token}"})
                    blobs.update(entry["contentId"] for entry in entries)
                    url = headers["NextPageUri"]
        return blobs

    @staticmethod
    def open(url, **request):
        for _ in range(20):
            try:
                with urllib.request.urlopen(urllib.request.Request(url, **request)) as answer:
                    return json.load(answer), answer.headers
            except http.client.IncompleteRead:
                pass
            except urllib.error.HTTPError as error:
                if error.code not in (403, 429, 500, 502, 503, 504):
                    raise
                # A server that has just started needs a moment.
                if error.code == 503:
                    time.sleep(0.5)
        raise Breach(f"{url} does not answer")

    def close(self):
        self.process.kill()
        self.process.wait()


def collect(config, *flags, timeout=560):
    """Runs the collector to its end; gives (seconds, CPU seconds, peak memory in MB)."""
    begun, log, memory = time.time(), open(config.parent / "log", "ab"), 0
    process = subprocess.Popen([BINARY, "run", "-c", config, *flags], stderr=log, stdout=subprocess.DEVNULL)
    deadline = begun + timeout
    while True:
        # The system's own figure of a child (ru_maxrss) begins with what this script takes.
        peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())
        memory = max(memory, int(peak[1]) / 1024 if peak else 0)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            must(process.returncode == 0, f"exit {process.returncode}: {(config.parent / 'log').read_text()[-2000:]}")
            return time.time() - begun, usage.ru_utime + usage.ru_stime, memory
        must(time.time() < deadline, "it does not end")
        time.sleep(0.01)


def delivered(folder, key=lambda event: event["event"]["id"]):
    """How often each id stands in the output's files; every line must be whole."""
    counts = {}
    for path in pathlib.Path(folder).iterdir():
        for line in path.open("rb"):
            id = key(json.loads(line))
            counts[id] = counts.get(id, 0) + 1
    return counts


def count_lines(folder):
    return sum(sum(1 for _ in path.open("rb")) for path in folder.iterdir())


def week(folder, *flags):
    return Tenant(folder, "--backlog", "7d", "--retention", "20d", "--content-types", FOUR, "--blobs-per-type", "500", "--events-per-blob", "100", "--page-size", "50", "--late", "0.1", "--equal-seconds", "0.1", "--server-error", "0.1", "--truncated", "0.05", "--throttled", "0.05", "--token-lifetime", "60s", "--requests-per-minute", "100000", *flags)


def a_week_with_faults(folder):
    tenant = week(folder)
    try:
        seconds, cpu, memory = collect(tenant.config(f"output.file: {{path: {folder}/out}}"), "--once")
        counts, expected = delivered(folder / "out"), 100 * len(tenant.visible_blobs())
        must(max(counts.values()) == 1, "something is repeated")
        must(len(counts) == expected, f"{len(counts)} delivered, {expected} listed")
        return f"{expected} events, each once, in {seconds:.0f} s, {memory:.0f} MB"
    finally:
        tenant.close()


def killed_twenty_times(folder):
    tenant = week(folder)
    try:
        config = tenant.config(f"output.file: {{path: {folder}/out}}")
        for _ in range(20):
            process = subprocess.Popen([BINARY, "run", "-c", config], stderr=open(folder / "log", "ab"))
            time.sleep(random.uniform(0.5, 4))
            process.send_signal(signal.SIGKILL)
            process.wait()
        collect(config, "--once")
        counts, expected = delivered(folder / "out"), 100 * len(tenant.visible_blobs())
        must(len(counts) == expected, f"{len(counts)} delivered, {expected} listed")
        return f"{expected} events, none missing, {sum(counts.values()) - expected} repeats of what was in flight at 20 kills"
    finally:
        tenant.close()


def elasticsearch_gone(folder, away=float(os.environ.get("AWAY", 600))):
    start, server = BINARY.parents[2] / "tests/servers/start.sh", folder / "server"
    url = subprocess.run([start, "elasticsearch", server], stdout=subprocess.PIPE, text=True, check=True).stdout.split("=", 1)[1].strip()
    tenant = Tenant(folder, "--backlog", "6d", "--retention", "20d", "--content-types", FOUR, "--blobs-per-type", "300", "--events-per-blob", "100", "--requests-per-minute", "1000000")
    count = lambda: Tenant.open(f"{url}/logs-*/_count")[0]["count"]
    # Records hold fields of any type; guessed from the first one that comes, a mapping would refuse some of the rest.
    audit = {"o365": {"properties": {"audit": {"type": "flattened", "ignore_above": 1024}}}}
    template = {"index_patterns": ["logs-o365*"], "priority": 500, "data_stream": {}, "template": {"mappings": {"properties": audit}}}
    Tenant.open(f"{url}/_index_template/o365", data=json.dumps(template).encode(), method="PUT", headers={"Content-Type": "application/json"})
    try:
        config = tenant.config(f"output.elasticsearch: {{hosts: ['{url}']}}", extra="    requests_per_minute: 1000000\n")
        process = subprocess.Popen([BINARY, "run", "--once", "-c", config], stderr=open(folder / "log", "ab"))
        proc = pathlib.Path(f"/proc/{process.pid}")
        spent = lambda: sum(map(int, (proc / "stat").read_text().rsplit(")")[-1].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        time.sleep(8)
        subprocess.run([start, "--stop", server], check=True)
        time.sleep(min(10, away / 2))
        before = spent()
        time.sleep(away - min(10, away / 2))
        idle = spent() - before
        must(process.poll() is None, "the collector ended")
        subprocess.run([start, "elasticsearch", server], stdout=subprocess.DEVNULL, check=True)
        after = count()
        must(after < 120_000, "it was over before the outage")
        must(process.wait(timeout=600) == 0, f"exit {process.returncode}")
        # A second run finds nothing left to do, and a shard needs a moment until it counts everything.
        for _ in range(20):
            if count() >= 120_000:
                break
            time.sleep(1)
        must(count() == 120_000, f"{count()} documents")
        must(idle < 1 + away / 60, f"{idle:.1f} CPU-seconds while nothing could be delivered")
        return f"120,000 documents, each once; {after:,} of them before {away:.0f} s of outage, which cost {idle:.1f} CPU-seconds"
    finally:
        tenant.close()
        subprocess.run([start, "--stop", server])


def a_million_events(folder):
    tenant = Tenant(folder, "--backlog", "6d", "--retention", "20d", "--content-types", FOUR, "--blobs-per-type", "500", "--events-per-blob", "500", "--record-bytes", "1700", "--requests-per-minute", "1000000")
    try:
        config = tenant.config(f"output.file: {{path: {folder}/out, rotate_every_kb: 1048576}}", extra="    requests_per_minute: 1000000\n")
        seconds, cpu, memory = collect(config, "--once")
        lines = count_lines(folder / "out")
        must(lines == 1_000_000, f"{lines} lines")
        must(memory < 64, f"{memory:.0f} MB resident")
        return f"1,000,000 events in {seconds:.0f} s, {memory:.0f} MB resident at most, {lines / cpu:,.0f} events a CPU-second"
    finally:
        tenant.close()


def one_huge_blob(folder):
    tenant = Tenant(folder, "--backlog", "1d", "--content-types", "Audit.SharePoint", "--blobs-per-type", "1", "--huge", "1", "--huge-events", "42000", "--record-bytes", "1700", "--requests-per-minute", "100000")
    try:
        seconds, cpu, memory = collect(tenant.config(f"output.file: {{path: {folder}/out, rotate_every_kb: 1048576}}"), "--once")
        counts = delivered(folder / "out")
        must(len(counts) == 42000 and max(counts.values()) == 1, f"{len(counts)} events")
        must(memory < 90, f"{memory:.0f} MB resident")
        return f"one blob of {42000 * 1700 / 1e6:.0f} MB: {memory:.0f} MB resident at most"
    finally:
        tenant.close()


def speed(folder, mapping):
    tenant = Tenant(folder, "--backlog", "6d", "--retention", "20d", "--content-types", FOUR, "--blobs-per-type", "100", "--events-per-blob", "250", "--record-bytes", "1700", "--requests-per-minute", "1000000")
    try:
        config = tenant.config(f"output.file: {{path: {folder}/out, rotate_every_kb: 1048576}}", mapping, "    requests_per_minute: 1000000\n")
        runs = []
        for _ in range(3):
            for name in ("out", "data"):
                shutil.rmtree(folder / name, ignore_errors=True)
            seconds, cpu, memory = collect(config, "--once")
            lines = count_lines(folder / "out")
            must(lines == 100_000, f"{lines} lines")
            runs.append((cpu, seconds, memory))
        cpu, seconds, memory = sorted(runs)[1]
        return f"{100_000 / cpu:,.0f} events a CPU-second, {100_000 / seconds:,.0f} a second, {memory:.0f} MB (median of 3)"
    finally:
        tenant.close()


STORIES = {
    "week": a_week_with_faults,
    "killed": killed_twenty_times,
    "gone": elasticsearch_gone,
    "million": a_million_events,
    "huge": one_huge_blob,
    "speed-ecs": lambda folder: speed(folder, "ecs"),
    "speed-none": lambda folder: speed(folder, "none"),
}


def main():
    failed = 0
    for name in sys.argv[1:] or STORIES:
        with tempfile.TemporaryDirectory() as folder:
            try:
                print(f"{name:<12} ok      {STORIES[name](pathlib.Path(folder))}", flush=True)
            except Breach as breach:
                failed += 1
                print(f"{name:<12} FAILED  {breach}", flush=True)
    print(f"{len(sys.argv[1:] or STORIES) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
