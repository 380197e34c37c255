using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>What an operator orders in a lab.</summary>
internal static class LabOrders
{
    /// <summary>Runs <c>crux</c> with these words against a node.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public static async Task GiveAsync(FulcrumHost node, CancellationToken cancellationToken, params string[] words)
    {
        var run = node.Crux([.. words, "--timeout", "15s"]);
        if (await run.WaitForExitAsync(LabFlock.Patience, cancellationToken) != 0)
            throw new InvalidOperationException($"An order was refused.\n{run.Story}");
    }
}
