using Crux.Machines.Flock.Authority;
using Crux.Node.Security;
using Crux.Services.Operator;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests.Security;

public sealed class OperatorGateTests
{
    [Theory]
    [InlineData("/crux.v1.Operator/GetStatus", OperatorRole.View, true)]
    [InlineData("/crux.v1.Operator/GetStatus", OperatorRole.None, false)]
    [InlineData("/crux.v1.Operator/SetLogLevel", OperatorRole.View, false)]
    [InlineData("/crux.v1.Operator/SetLogLevel", OperatorRole.Operate, true)]
    [InlineData("/crux.v1.Operator/SetAttributes", OperatorRole.View, false)]
    [InlineData("/crux.v1.Operator/PlaceOrder", OperatorRole.View, true)]
    [InlineData("/crux.v1.RuleDesk/PlaceRules", OperatorRole.None, false)]
    [InlineData("/crux.v1.Reeve/Enroll", OperatorRole.None, true)]
    public async Task Whom_only_the_sockets_group_lets_in_may_what_its_role_says_and_a_services_own_calls_need_none(string path, OperatorRole role, bool isServed)
    {
        var (served, message) = await AskAsync(new OperatorGate(new OperatorBoard(default), OperatorRole.Trust, role, NullLoggerFactory.Instance), path, session: null);
        Assert.Equal(isServed, served);
        Assert.Equal(isServed, !message.Contains("SocketGroupRole", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/crux.v1.Operator/GetStatus", true)]
    [InlineData("/crux.v1.Reeve/Find", true)]
    [InlineData("/crux.v1.Reeve/Enroll", false)]
    [InlineData("/crux.v1.Reeve/WatchNodes", false)]
    [InlineData("/crux.v1.Heartbeater/Beat", false)]
    [InlineData("/crux.v1.Rules/Watch", false)]
    [InlineData("/crux.v1.KeyTurns/Watch", false)]
    [InlineData("/crux.v1.KeyTurns/Turn", true)]
    [InlineData("/grpc.health.v1.Health/Check", false)]
    [InlineData("/", false)]
    public async Task From_a_distance_even_the_root_key_reaches_nothing_that_is_for_local_processes(string path, bool isServed)
    {
        using var root = OperatorKey.Create();
        var gate = new OperatorGate(new OperatorBoard(root.PublicKey), OperatorRole.Trust, OperatorRole.Trust, NullLoggerFactory.Instance);
        Assert.Equal(isServed, (await AskAsync(gate, path, new OperatorSession(OperatorRoster.KeyOf(root.PublicKey)))).Served);
    }

    [Fact]
    public async Task What_a_key_may_is_asked_at_each_call()
    {
        var board = new OperatorBoard(default);
        var gate = new OperatorGate(board, OperatorRole.Trust, OperatorRole.Trust, NullLoggerFactory.Instance);
        board.Show(OperatorRoster.Empty.With(new("alice", 7, OperatorRole.Operate), out _)!);
        Assert.True((await AskAsync(gate, "/crux.v1.Operator/SetLogLevel", new OperatorSession(7))).Served);
        board.Show(OperatorRoster.Empty.With(new("alice", 7, OperatorRole.View), out _)!);
        Assert.Contains("'alice' has the role 'view', and this takes 'operate'", (await AskAsync(gate, "/crux.v1.Operator/SetLogLevel", new OperatorSession(7))).Message, StringComparison.Ordinal);
        Assert.False((await AskAsync(gate, "/crux.v1.KeyTurns/Turn", new OperatorSession(7))).Served);
        board.Show(OperatorRoster.Empty);
        Assert.False((await AskAsync(gate, "/crux.v1.Operator/GetStatus", new OperatorSession(7))).Served);
    }

    private static async Task<(bool Served, string Message)> AskAsync(OperatorGate gate, string path, OperatorSession? session)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        if (session is not null)
            context.Features.Set(session);
        var served = false;
        await gate.InvokeAsync(context, _ =>
        {
            served = true;
            return Task.CompletedTask;
        });
        return (served, Uri.UnescapeDataString(context.Response.Headers["grpc-message"].ToString()));
    }
}
