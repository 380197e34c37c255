using System.Diagnostics;
using Crux.Client;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crux.System.Load;

/// <summary>
/// A service and its caller in one process: opens streams, says so, waits until all of them have ended, says when that was, and begins anew.
/// </summary>
internal static class Streams
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(5);

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Crux:Socket"] = arguments.Required("socket");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new Names("streams"));
        builder.AddCruxService<GalumphService>("galumph2_3", options => options.Bind = "127.0.0.1:0");
        await using var app = builder.Build();
        await app.StartAsync(stopping);
        await using var channel = CruxChannel.For("galumph2", options =>
        {
            options.Socket = arguments.Required("caller-socket");
            options.ClientName = "web";
        });
        var count = arguments.Number("streams", 1);
        while (!stopping.IsCancellationRequested)
        {
            var streams = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => OpenAsync(channel, stopping)));
            Say("open", Stopwatch.GetTimestamp());
            var ends = await Task.WhenAll(streams.Select(stream => EndAsync(stream, stopping)));
            Say("ended", ends.Max());
        }
        return 0;
    }

    private static async Task<AsyncServerStreamingCall<HealthCheckResponse>> OpenAsync(CruxChannel channel, CancellationToken stopping)
    {
        while (true)
        {
            var call = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: stopping);
            try
            {
                if (await call.ResponseStream.MoveNext(stopping))
                    return call;
            }
            catch (RpcException) when (!stopping.IsCancellationRequested)
            {
                // Still revoked.
            }
            call.Dispose();
            await Task.Delay(RetryPause, stopping);
        }
    }

    private static async Task<long> EndAsync(AsyncServerStreamingCall<HealthCheckResponse> stream, CancellationToken stopping)
    {
        try
        {
            while (await stream.ResponseStream.MoveNext(stopping))
            {
            }
        }
        catch (RpcException) when (!stopping.IsCancellationRequested)
        {
            // As it was meant.
        }
        var at = Stopwatch.GetTimestamp();
        stream.Dispose();
        return at;
    }

    private static void Say(string word, long at)
    {
        Console.Out.Write(string.Create(global::System.Globalization.CultureInfo.InvariantCulture, $"{word} {at}\n"));
        Console.Out.Flush();
    }
}
