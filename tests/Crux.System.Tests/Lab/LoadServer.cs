namespace Crux.System.Tests.Lab;

/// <summary>The load program as a Galumph service on one node.</summary>
internal sealed class LoadServer(FulcrumHost node, string instance, TimeSpan? beatPeriod = null, IReadOnlyDictionary<string, string>? settings = null)
{
    public FulcrumHost Node { get; } = node;

    public string Instance { get; } = instance;

    public LabProcess Process { get; } = node.Host.Start(
        $"server-{instance}-{node.Name}", Programs.Load, ["serve", "--socket", node.Socket, "--instance", instance, "--name", node.Name],
        beatPeriod is { } period ? new Dictionary<string, string> { ["CRUX__HEARTBEATPERIOD"] = period.ToString() } : settings);

    /// <summary>How its node and instance read in a listing.</summary>
    public string Listed => $"{Instance}@{Node.Name}";
}
