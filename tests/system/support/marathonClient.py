"""Drives Marathon through its client for Python: marathonClient.py URL"""
import sys
import threading
import time

from marathon import MarathonClient
from marathon.models import MarathonApp, MarathonConstraint, MarathonGroup

client = MarathonClient(sys.argv[1], timeout=60)
assert client.get_info().version
assert client.get_leader()["leader"]
heard = []


def listen():
    for event in client.event_stream():
        heard.append(event.event_type)


threading.Thread(target=listen, daemon=True).start()


def until(holds):
    deadline = time.time() + 120
    while not holds():
        assert time.time() < deadline, "waited in vain"
        time.sleep(0.05)


def settled():
    return client.list_deployments() == []


until(lambda: "event_stream_attached" in heard)
unlike = MarathonConstraint("hostname", "UNLIKE", "nowhere")
client.create_app("py", MarathonApp(cmd="sleep 1000", mem=16, cpus=0.1, instances=1, constraints=[unlike]))
until(lambda: client.get_app("py").tasks_running == 1 and settled())
client.scale_app("py", instances=2)
until(lambda: client.get_app("py").tasks_running == 2 and settled())
assert client.get_version("py", client.list_versions("py")[0]).id == "/py"
client.kill_task("py", client.list_tasks("py")[0].id)
client.update_app("py", MarathonApp(cmd="sleep 2000", mem=16, cpus=0.1), force=True)
until(settled)
client.restart_app("py")
until(settled)
assert client.list_queue() == []
client.create_group(MarathonGroup(id="/pg", apps=[MarathonApp(id="a", cmd="sleep 1001", mem=16, cpus=0.1)]))
until(settled)
client.scale_group("/pg", 2)
until(settled)
client.delete_group("/pg", force=True)
client.delete_app("py")
until(lambda: client.list_apps() == [] and settled())
print("done", sorted({each for each in heard if each.startswith("deployment_") and "step" not in each}))
