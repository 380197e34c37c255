using System.Security.Cryptography;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Keys;
using Crux.Node.Flock;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests.Flock;

/// <summary>A real driver with a key of its own, on whatever confab it is given.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    /// <summary>A secret for tests, and for nothing else.</summary>
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly TemporaryDirectory _state = new();
    private readonly P256NodeSigner _signer = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public TestNode(string name, IConfab confab, ILoggerFactory? loggers = null)
    {
        var clock = MonotonicClock.System;
        var bootSecret = RandomNumberGenerator.GetBytes(FlockSelf.BootSecretBytes);
        var self = new FlockSelf { Name = name, Address = confab.Address, PublicKey = _signer.PublicKey, BootSecret = bootSecret };
        var credentials = new FlockCredentials("alpha", new BlocId("lab"), Secret);
        var store = Store = FlockStore.Open(_state["state"], credentials.Bloc, credentials.Name);
        var machine = new FlockMachine(
            self, credentials, new FlockOptions { Ranges = [.. confab.Neighbourhood] }, _signer, new AesFrameCipherSource(), BitConverter.ToUInt64(bootSecret), clock.Now(), store.Memory);
        Id = self.Id;
        Driver = new FlockDriver(machine, confab, store, clock, loggers ?? NullLoggerFactory.Instance);
    }

    public FlockDriver Driver { get; }

    public NodeId Id { get; }

    public FlockStore Store { get; }

    public async ValueTask DisposeAsync()
    {
        await Driver.AbortAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _signer.Dispose();
        _state.Dispose();
    }

    /// <summary>Waits until the node's view holds so many live members and a leader.</summary>
    public async Task<GroupSnapshot> UntilAsync(Func<GroupSnapshot, bool> condition, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await foreach (var snapshot in Driver.WatchAsync(patience.Token))
            {
                if (condition(snapshot))
                    return snapshot;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Told below, with what the node saw.
        }
        throw new TimeoutException($"The node saw {Driver.Current.Members.Length} members, settled: {Driver.Current.IsSettled}, leader: {Driver.Current.Leader?.Brief ?? "none"}.");
    }
}
