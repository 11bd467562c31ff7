"""Runs every check of scim2-tester against the SCIM base URL given, and prints what came of each as JSON.

The token is read from the environment, where no list of processes shows it.
"""

import json
import os
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

headers = {"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}
with Client(base_url=sys.argv[1], headers=headers) as http:
    results = check_server(SyncSCIMClient(http))

checks = [
    {
        "name": f"{result.title} {result.resource_type or ''}".strip(),
        "status": result.status.name.lower(),
        "message": str(result.reason or ""),
    }
    for result in results
]
json.dump(checks, sys.stdout)
