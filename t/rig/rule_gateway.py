# SPDX-License-Identifier: BSD-2-Clause
"""A gateway whose filter has a rule file."""

from gateway import Gateway


class RuleGateway(Gateway):
    """`rules` is the text of the file that [rules] names, where `config` has that section."""

    def __init__(self, rules, zone, config):
        super().__init__(zone, config)
        (self.directory / "rules.toml").write_text(rules)
        self.config = {**config, "rules": f'{config["rules"]}\nfile = "{self.directory}/rules.toml"'}
