using Crux.Client.Rehearsal;

namespace Crux.Client.Tests.Rehearsal;

public sealed class DryRunTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rehearsal_ends_a_stream_by_a_rule_by_a_key_and_by_a_node() => Assert.Equal(3, await DryRun.PlayAsync(Cancelled));

    [Fact]
    public async Task A_rehearsal_that_is_stopped_in_the_middle_ends_with_its_process()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var playing = DryRun.PlayAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
    }
}
