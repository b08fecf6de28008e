"""The JSON texts of answers (for those plugins that send intermediate ones themselves)."""
import json
import time


class MessageManager:
    """Makes texts; sends nothing."""

    def task_status_msg(self, response):
        """TASK_STATUS of a Response."""
        return json.dumps({"type": response.get_type(), "taskId": response.get_id(), **_body(response)})

    def policy_status_msg(self, response):
        """POLICY_STATUS of a Response."""
        return json.dumps({
            "type": response.get_type(),
            "policyVersion": response.get_policy_version(),
            "commandExecutionId": response.get_execution_id(),
            **_body(response),
        })


def _body(response):
    data = response.get_data()
    return {
        "responseCode": response.get_code(),
        "responseMessage": response.get_message(),
        "responseData": json.loads(data) if isinstance(data, str) else data,
        "contentType": response.get_content_type(),
        "timestamp": time.strftime("%d-%m-%Y %H:%M"),
    }
