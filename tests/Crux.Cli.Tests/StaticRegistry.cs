using Crux.Protos;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

/// <summary>A registry that the test states.</summary>
internal sealed class StaticRegistry : IRegistryReport
{
    public List<Entry> Entries { get; } =
    [
        StaticNode.Entry("galumph2_3", 10, 41001),
        StaticNode.Entry("galumph2_10", 2, 41002),
        StaticNode.Entry("galumph2_3", 2, 41000, Protos.Status.Unhealthy, "names: the table is empty"),
        StaticNode.Entry("chess1_1", 1, 41003, Protos.Status.Draining),
    ];

    public StewardState Steward { get; set; } = StewardState.Ready;

    public string Note { get; set; } = "";

    /// <summary>Keeps every listing waiting, as a node does whose disk or thread pool is stuck.</summary>
    public bool IsStuck { get; set; }

    public int LocalServices => 1;

    public int KnownServices => Entries.Count;

    public async Task<ListServicesReply> ListAsync(CancellationToken cancellationToken)
    {
        if (IsStuck)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return new ListServicesReply { Entries = { Entries }, Steward = Steward, Note = Note, Revision = 77 };
    }
}
