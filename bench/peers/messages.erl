%% What Erlang does with the same messages: prints a line `name value` for each figure. bench/suites/peers.ts compiles and runs it.
-module(messages).
-export([main/0, counter/0]).

-define(PAYLOAD, <<0:128>>).

main() ->
    figure("one way", burst(spawn(?MODULE, counter, []), 2000000)),
    figure("ping-pong", rally(spawn(?MODULE, counter, []), 500000)),
    figure("spawn and end", spawned(200000)),
    remote(),
    halt(0).

%% A node of its own on this machine, in another OS process.
remote() ->
    Options = #{name => peer:random_name(), host => "127.0.0.1", longnames => true,
                args => ["-pa", filename:dirname(code:which(?MODULE)), "-setcookie", atom_to_list(erlang:get_cookie())]},
    {ok, Peer, Node} = peer:start(Options),
    figure("remote one way", burst(spawn(Node, ?MODULE, counter, []), 500000)),
    figure("remote round trip", rally(spawn(Node, ?MODULE, counter, []), 20000)),
    peer:stop(Peer).

counter() ->
    receive
        {count, _} -> counter();
        {seen, From} -> From ! seen, counter();
        {ping, From, Payload} -> From ! {pong, Payload}, counter()
    end.

burst(To, N) ->
    rate(N, fun() ->
        [To ! {count, ?PAYLOAD} || _ <- lists:seq(1, N)],
        To ! {seen, self()},
        receive seen -> ok end
    end).

rally(To, N) ->
    rate(N, fun() -> [begin To ! {ping, self(), ?PAYLOAD}, receive {pong, _} -> ok end end || _ <- lists:seq(1, N)] end).

spawned(N) ->
    rate(N, fun() ->
        [begin {Pid, Ref} = spawn_monitor(fun() -> ok end), receive {'DOWN', Ref, process, Pid, _} -> ok end end
         || _ <- lists:seq(1, N)]
    end).

%% The best of three, a second.
rate(N, Run) ->
    lists:max([begin {Us, _} = timer:tc(Run), N * 1.0e6 / Us end || _ <- [1, 2, 3]]).

figure(Name, Value) ->
    io:format("~s=~.1f~n", [Name, Value]).
