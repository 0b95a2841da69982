"""Service items (政务服务事项): their codes and consistency, a city's own list, situational guides, and finding them."""
