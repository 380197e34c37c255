using Crux.Protos;
using Grpc.Core;

namespace Crux.Services.Tests;

/// <summary>A local process with one point.</summary>
internal sealed class BeatingProcess : IDisposable
{
    private readonly AsyncDuplexStreamingCall<BeatRequest, BeatReply> _beats;
    private readonly CancellationToken _quit;

    private BeatingProcess(TestNode node, CancellationToken quit) => (_beats, _quit) = (node.HeartbeaterClient.Beat(cancellationToken: quit), quit);

    public static Task<BeatingProcess> StartAsync(TestNode node, string instance, int port, CancellationToken quit) =>
        StartAsync(node, Points.Of(instance, port), quit);

    public static async Task<BeatingProcess> StartAsync(TestNode node, Point point, CancellationToken quit)
    {
        var process = new BeatingProcess(node, quit);
        await process.BeatAsync(point);
        return process;
    }

    public async Task BeatAsync(params Point[] points)
    {
        await _beats.RequestStream.WriteAsync(new BeatRequest { Points = { points } }, _quit);
        Assert.True(await _beats.ResponseStream.MoveNext(_quit));
        Assert.Empty(_beats.ResponseStream.Current.Refused);
    }

    public Task GoodbyeAsync() => _beats.RequestStream.WriteAsync(new BeatRequest { Goodbye = true }, _quit);

    public void Dispose() => _beats.Dispose();
}
