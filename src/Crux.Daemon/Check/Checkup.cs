using Crux.Daemon.Run;
using Crux.Node;
using Crux.Node.Confab;
using Crux.Node.Security;

namespace Crux.Daemon.Check;

/// <summary>All that is looked at, in order: what is configured, what it names on this machine, and the machine itself.</summary>
internal static class Checkup
{
    /// <summary>Looks at everything. Opens the ports for a moment and leaves nothing behind.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(NodeConfiguration configuration)
    {
        var options = configuration.Options;
        var findings = new List<Finding>();
        findings.AddRange(Configuration(configuration));
        if (!string.IsNullOrWhiteSpace(options.FlockFile))
            findings.Add(File(options));
        await NetworkAsync(options, findings);
        findings.Add(StateCheck.Look(options.StateDirectory));
        findings.Add(SocketCheck.Look(options.Socket));
        findings.AddRange(MachineCheck.Look());
        return findings;
    }

    private static IEnumerable<Finding> Configuration(NodeConfiguration configuration)
    {
        var problems = configuration.Options.Problems();
        foreach (var problem in problems)
            yield return Finding.Fail("configuration", problem);
        foreach (var key in configuration.UnknownKeys)
            yield return Finding.Warn("configuration", $"Nobody reads Crux:{key}. Is it a typing error?");
        if (problems.Count == 0)
            yield return Finding.Ok("configuration", $"Node {configuration.Options.Name} of flock {configuration.Options.FlockId}.");
    }

    private static Finding File(CruxNodeOptions options)
    {
        try
        {
            var file = FlockFile.Read(options.FlockFile);
            return Finding.Ok("flock file", $"{options.FlockFile}, fingerprint {file.Fingerprint}: it is the same on all nodes of the flock.");
        }
        catch (FlockFileException problem)
        {
            return Finding.Fail("flock file", problem.Message);
        }
    }

    private static async Task NetworkAsync(CruxNodeOptions options, List<Finding> findings)
    {
        AddressPlan plan;
        try
        {
            plan = AddressPlan.Make(options.Address, options.Port, options.Ranges, options.Contacts);
            findings.Add(Finding.Ok("address", $"{plan.Address}, others looked for in {string.Join(", ", plan.Neighbourhood)}{AndAt(plan)}."));
        }
        catch (ConfabException problem)
        {
            findings.Add(Finding.Fail("address", problem.Message));
            return;
        }
        findings.Add(await PortCheck.LookAtUdpAsync(plan));
        findings.Add(PortCheck.LookAtTcp(plan.Address));
        findings.Add(NeighbourCheck.Look(plan));
    }

    private static string AndAt(AddressPlan plan) => plan.Contacts.Count == 0 ? "" : $" and at {string.Join(", ", plan.Contacts)}";
}
