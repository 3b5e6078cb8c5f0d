// Runs one engine of Salesforce Code Analyzer on folders, with its recommended rules:
//     NODE_PATH=DIR/node_modules node code_analyzer.js pmd PYTHON FOLDER...
// Prints a line of JSON with the number of violations.
"use strict";

const { CodeAnalyzer, CodeAnalyzerConfig } = require("@salesforce/code-analyzer-core");

async function main(engine, python, ...folders) {
    const engines = { flow: { python_command: python } }; // the one engine that needs it
    const analyzer = new CodeAnalyzer(CodeAnalyzerConfig.fromObject({ engines }));
    const { createEnginePlugin } = require(`@salesforce/code-analyzer-${engine}-engine`);
    await analyzer.addEnginePlugin(createEnginePlugin());
    const workspace = await analyzer.createWorkspace(folders);
    const wanted = engine === "sfge" ? engine : `${engine}:Recommended`; // sfge recommends none of its rules
    const rules = await analyzer.selectRules([wanted], { workspace });
    const results = await analyzer.run(rules, { workspace });
    const broken = results.getViolations().find((one) => one.getRule().getName().endsWith("EngineError"));
    if (broken) {
        throw new Error(broken.getMessage()); // what an engine could not do is among its findings
    }
    console.log(JSON.stringify({ rules: rules.getCount(), violations: results.getViolationCount() }));
}

main(...process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
});
