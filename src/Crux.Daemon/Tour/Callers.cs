using Crux.Client;
using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Daemon.Tour;

/// <summary>
/// The tour's client: a few loops that call by api name, on one node, through the very library an application uses.
/// Every tenth call is a Register, which is not safe to repeat; the others are safe.
/// </summary>
internal sealed class Callers(string socket, Story story) : IAsyncDisposable
{
    private const int Loops = 4;
    private const int RegisterEvery = 10;

    // Without a pause the loops would eat the cores that the flock lives on, and the tour would measure itself.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(20);
    private const int MostFailuresTold = 5;

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CruxChannel? _channel;
    private Task[] _loops = [];
    private volatile string _servedBy = "";
    private long _calls, _failed, _indeterminate;

    /// <summary>Completes with the first answer.</summary>
    public Task FirstAnswer => _first.Task;

    /// <summary>Who answered last, "galumph2_3 on node3".</summary>
    public string ServedBy => _servedBy;

    public CallCounts Counts => new(Interlocked.Read(ref _calls), Interlocked.Read(ref _failed), Interlocked.Read(ref _indeterminate));

    public void Start()
    {
        _channel = CruxChannel.For("galumph2", options => options.Socket = socket);
        _loops = [.. Enumerable.Range(0, Loops).Select(loop => Task.Run(() => LoopAsync(new Galumph.GalumphClient(_channel), loop)))];
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_channel is not null)
            await _channel.DisposeAsync();
        _stop.Dispose();
    }

    private async Task LoopAsync(Galumph.GalumphClient client, int loop)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            try
            {
                _servedBy = i % RegisterEvery == RegisterEvery - 1
                    ? (await client.RegisterAsync(new GalumphInstance { Name = $"caller{loop}" }, Options())).ServedBy
                    : (await client.TableAsync(new TableRequest(), Options())).ServedBy;
                Interlocked.Increment(ref _calls);
                _first.TrySetResult();
                await Task.Delay(Pause, _stop.Token);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                // A call that the end of the tour cut short says nothing about the flock.
            }
            catch (RpcException problem)
            {
                Interlocked.Increment(ref _calls);
                Count(problem);
            }
        }
    }

    private CallOptions Options() => new(deadline: DateTime.UtcNow + CallDeadline, cancellationToken: _stop.Token);

    private void Count(RpcException problem)
    {
        // Only the client library knows that the request had left for a node that then went silent; it marks the error.
        if (problem.Trailers.GetValue(CruxTrailers.Reason) == CruxTrailers.Indeterminate)
        {
            Interlocked.Increment(ref _indeterminate);
            return;
        }
        if (Interlocked.Increment(ref _failed) <= MostFailuresTold)
            story.Broke($"A call failed: {problem.Status.Detail}");
    }
}
