// Runs one engine of Salesforce Code Analyzer on a folder, with its recommended rules:
//     NODE_PATH=FOLDER/node_modules node code_analyzer.js pmd FOLDER PYTHON
// Prints a line of JSON with the number of violations.
"use strict";

const { CodeAnalyzer, CodeAnalyzerConfig } = require("@salesforce/code-analyzer-core");

async function main(engine, folder, python) {
    const engines = { flow: { python_command: python } }; // the one engine that needs it
    const analyzer = new CodeAnalyzer(CodeAnalyzerConfig.fromObject({ engines }));
    const { createEnginePlugin } = require(`@salesforce/code-analyzer-${engine}-engine`);
    await analyzer.addEnginePlugin(createEnginePlugin());
    const workspace = await analyzer.createWorkspace([folder]);
    const wanted = engine === "sfge" ? engine : `${engine}:Recommended`; // sfge recommends none of its rules
    const rules = await analyzer.selectRules([wanted], { workspace });
    const results = await analyzer.run(rules, { workspace });
    console.log(JSON.stringify({ rules: rules.getCount(), violations: results.getViolationCount() }));
}

main(...process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
});
