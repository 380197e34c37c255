using Crux.Machines.Flock.Authority;
using Crux.Node.Groups;
using Crux.Services;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Trust;

namespace Crux.Node.Bootstrap;

/// <summary>What a node's files say of who is who, who may what, and who was up when.</summary>
/// <param name="Store">Where the rules are.</param>
/// <param name="Orders">The operator's orders that the flock's machine remembers.</param>
/// <param name="OperatorKey">Whose orders count; empty where the flock has no operator.</param>
/// <param name="Audit">What was ordered here so far.</param>
/// <param name="Keys">The generations of the processes' keys; null where none were kept.</param>
/// <param name="KeysProblem">What is wrong with those that were kept; null where nothing is.</param>
/// <param name="Names">Which local user may be which service; null where every process may be any.</param>
/// <param name="History">Where the availability history is kept.</param>
internal sealed record NodeMemory(
    IGroupStore Store, IReadOnlyList<OperatorOrder> Orders, ReadOnlyMemory<byte> OperatorKey, ILocalNames? Names, AuditFile Audit, KeyBook? Keys, string? KeysProblem, IHealthJournal History)
{
    /// <summary>What of it was damaged, each in a sentence or two. The history tells for itself.</summary>
    public IEnumerable<string> Problems
    {
        get
        {
            if (Audit.Problem is { } audit)
                yield return $"The record of the operator's orders: {audit}";
            if (KeysProblem is { } keys)
                yield return keys;
        }
    }
}
