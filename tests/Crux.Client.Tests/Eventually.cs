using Grpc.Core;

namespace Crux.Client.Tests;

/// <summary>Waits for a condition, generously: how long something takes is measured elsewhere.</summary>
public static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    /// <summary>Calls until the call fails as wanted: on a busy machine a short deadline may pass before what it is about has happened.</summary>
    public static async Task<RpcException> Fails(Func<Task> call, string wanted)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var failure = await Assert.ThrowsAsync<RpcException>(call);
            if (failure.Status.Detail.Contains(wanted, StringComparison.Ordinal))
                return failure;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"Waited {Patience} in vain for '{wanted}'; at last: {failure.Status.Detail}");
        }
    }

    public static async Task True(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(Glance);
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"Waited {Patience} in vain: {what}.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
