using System.CommandLine;
using Crux.Daemon.Run;
using Crux.Node;

namespace Crux.Daemon.Check;

/// <summary><c>fulcrum check</c>: whether this machine can run a node as configured, before it does.</summary>
internal static class CheckCommand
{
    private const int CheckWidth = 14;

    public static Command Create()
    {
        var flags = new NodeFlags();
        var json = new Option<bool>("--json") { Description = "Print one JSON object: ok, and findings of check, verdict (ok, warn, fail) and text." };
        var command = new Command(
            "check",
            """
            Says whether this machine can run a node as configured, a line for each thing looked at, with the remedy.
            Takes what 'fulcrum run' takes. Exit code 0 if nothing fails (warnings may be there), 3 otherwise.
            Run it while no fulcrum runs here: it tries the ports.
            """)
        {
            json,
        };
        flags.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var findings = await FindAsync(flags, parsed);
            var report = new CheckReport(findings.All(finding => finding.Verdict != Verdict.Fail), findings);
            await PrintAsync(report, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
            return report.Ok ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> FindAsync(NodeFlags flags, ParseResult parsed)
    {
        try
        {
            return await Checkup.RunAsync(NodeConfiguration.Read(flags, parsed));
        }
        catch (NodeStartException problem)
        {
            return [Finding.Fail("configuration", problem.Message)];
        }
    }

    private static async Task PrintAsync(CheckReport report, bool json, TextWriter output)
    {
        if (json)
        {
            await output.WriteLineAsync(report.ToJson());
            return;
        }
        foreach (var finding in report.Findings)
            await output.WriteLineAsync($"{Word(finding.Verdict),-4}  {finding.Check,-CheckWidth}  {finding.Text}");
        var failed = report.Findings.Count(finding => finding.Verdict == Verdict.Fail);
        var warned = report.Findings.Count(finding => finding.Verdict == Verdict.Warn);
        await output.WriteLineAsync(report.Ok
            ? $"This machine can run a node.{(warned > 0 ? $" Warnings: {warned}." : "")}"
            : $"This machine can't run a node yet. Failed: {failed}. Warnings: {warned}.");
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Warn => "warn",
        _ => "FAIL",
    };
}
