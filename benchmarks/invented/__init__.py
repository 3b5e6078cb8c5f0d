"""An invented org: objects, access, flows and Apex that fit together, made from a seed."""
